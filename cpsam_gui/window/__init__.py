"""The main window and what stands around the image in it."""
