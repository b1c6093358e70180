"""What to do about a mention."""
