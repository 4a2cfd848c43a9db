"""Windows of their own: questions, models, export, comparison, help."""
