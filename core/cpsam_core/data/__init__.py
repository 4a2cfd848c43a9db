"""Training data: images with their masks found, read, cropped, degraded and augmented; `synthesis` draws more."""
