"""The Discord face, the command line and the composition root."""
