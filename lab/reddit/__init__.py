"""A stand-in Reddit on loopback HTTP: real PRAW talks to it, tests and scenarios act as its people."""

from lab.reddit.server import StandInReddit
from lab.reddit.things import Access, Thing

__all__ = ["Access", "StandInReddit", "Thing"]
