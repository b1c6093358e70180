"""The composition root: the only place where the running system is built from its adapters."""
