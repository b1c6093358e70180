"""From a post to a stored mention with its assessment and decision."""
