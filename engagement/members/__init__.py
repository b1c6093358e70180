"""Chat, thanks, consent and privacy."""
