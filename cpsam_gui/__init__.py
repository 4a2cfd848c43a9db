"""The window of cpsam-gui."""
