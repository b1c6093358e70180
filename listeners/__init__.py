"""Posts in: Reddit, Discord and files, each behind the port `core.ports.listening`."""
