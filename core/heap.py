"""The garbage collector and what stays for the life of a process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["frozen_heap"]


@contextmanager
def frozen_heap() -> Iterator[None]:
    """Leave out of collection what is there now: modules, models, terms.

    Without it every full collection walks all of it again, which costs up to a third of the time of a replay.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
