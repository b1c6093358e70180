"""The command line, called as users call it: as a process."""
