"""One file per step. Each says in its first line why it is there; a released step is never changed."""
