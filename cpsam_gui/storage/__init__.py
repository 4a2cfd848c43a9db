"""What is kept on disk: projects, journal, locks, the files that belong to an image. No Qt."""
