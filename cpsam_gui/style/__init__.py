"""How the program looks: theme, icons, layouts."""
