"""Slash commands and events, one feature a module."""
