"""Steps from one schema to the next, run in-process by storage.upgrade."""
