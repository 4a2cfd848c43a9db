"""Languages of the window: one file of Qt Linguist each, and what keeps them up to date."""
