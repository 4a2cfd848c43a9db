"""Where a person should look: doubtful objects, cells that were missed, the image to annotate next."""
