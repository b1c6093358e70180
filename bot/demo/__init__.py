"""The demo: a scenario played through the real product, against the lab's stand-ins, on a stepped clock."""
