"""Reddit through PRAW, which lives in a thread of its own."""
