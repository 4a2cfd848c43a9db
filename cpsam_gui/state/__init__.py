"""The open image in memory: labels, objects, undo stack, view. No Qt."""
