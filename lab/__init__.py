"""The replay lab: a stand-in Reddit and Discord on loopback, scenarios, faults on demand."""
