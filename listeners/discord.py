"""Posts from Discord."""
