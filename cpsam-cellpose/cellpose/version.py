"""The version of Cellpose whose calls are answered."""

version = "4.2.1"
version_str = f"cellpose version: {version} (answered by cpsam-cellpose)"
