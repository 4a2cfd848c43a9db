"""What is known of a run before it starts: model, options, device, how long it takes, the same as a command. No Qt."""
