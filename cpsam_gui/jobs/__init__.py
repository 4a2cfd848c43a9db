"""Work off the GUI thread: one way to start it, one way to hear its end."""
