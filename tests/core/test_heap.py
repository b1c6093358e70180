"""What stays is left to the process, and given back to the collector afterwards."""

from __future__ import annotations

import gc

from core.heap import frozen_heap


def test_what_is_there_is_left_out_of_collection_for_a_while() -> None:
    before = gc.get_freeze_count()
    with frozen_heap():
        assert gc.get_freeze_count() > before
    assert gc.get_freeze_count() == 0
