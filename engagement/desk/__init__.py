"""Cases, first responses, replies."""
