"""The front door: an image and settings in, labels and flows out, in 2D and 3D."""
