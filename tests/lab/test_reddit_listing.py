from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.reddit.listing import WINDOW, Listing, PageQuery, merged, page


def everything(_: str) -> bool:
    return True


def filled(count: int) -> Listing:
    listing = Listing()
    for number in range(count):
        listing.add(f"t1_{number}", float(number + 1))
    return listing


def names(*numbers: int) -> tuple[str, ...]:
    return tuple(f"t1_{number}" for number in numbers)


def test_newest_come_first_and_after_is_told_only_on_a_full_page() -> None:
    listed = merged([filled(5)])
    assert page(listed, PageQuery(limit=3), everything).names == names(4, 3, 2)
    assert page(listed, PageQuery(limit=3), everything).after == "t1_2"
    assert page(listed, PageQuery(limit=3, after="t1_2"), everything).names == names(1, 0)
    assert page(listed, PageQuery(limit=3, after="t1_2"), everything).after is None


def test_before_gives_the_page_next_to_its_anchor() -> None:
    cut = page(merged([filled(10)]), PageQuery(limit=3, before="t1_2"), everything)
    assert cut.names == names(5, 4, 3)


def test_before_wins_over_after() -> None:
    cut = page(merged([filled(10)]), PageQuery(limit=3, before="t1_2", after="t1_8"), everything)
    assert cut.names == names(5, 4, 3)


def test_before_is_told_only_with_a_count() -> None:
    listed = merged([filled(5)])
    assert page(listed, PageQuery(limit=2, after="t1_3"), everything).before is None
    assert page(listed, PageQuery(limit=2, after="t1_3", count=2), everything).before == "t1_2"


def test_a_deleted_anchor_gives_an_empty_page_and_an_unknown_one_is_ignored() -> None:
    listing = filled(5)
    listing.discard("t1_2")
    assert page(merged([listing]), PageQuery(limit=2, before="t1_2"), everything).names == ()
    assert page(merged([listing]), PageQuery(limit=2, after="t1_2"), everything).names == ()
    assert page(merged([listing]), PageQuery(limit=2, before="t1_zz"), lambda _: False).names == names(4, 3)


def test_the_window_pushes_the_oldest_out_and_is_not_filled_up_again() -> None:
    listing = filled(WINDOW + 5)
    assert len(merged([listing])) == WINDOW
    assert merged([listing])[-1] == "t1_5"
    listing.discard("t1_700")
    assert len(merged([listing])) == WINDOW - 1


def test_a_late_one_enters_below_newer_ones() -> None:
    listing = filled(4)
    listing.add("t1_late", 5.0, late_by=2)
    assert merged([listing])[:4] == ["t1_3", "t1_2", "t1_late", "t1_1"]


def test_a_multi_is_one_list_cut_to_the_window() -> None:
    even, odd = Listing(), Listing()
    for number in range(2 * WINDOW):
        (odd if number % 2 else even).add(f"t1_{number}", float(number))
    together = merged([even, odd])
    assert len(together) == WINDOW
    assert together[:3] == ["t1_1999", "t1_1998", "t1_1997"]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=80),
    st.integers(1, 7),
)
def test_walking_by_after_meets_every_live_name_once(steps: list[tuple[bool, int]], limit: int) -> None:
    listing, live = Listing(), []
    for number, (leaves, late) in enumerate(steps):
        listing.add(f"t1_{number}", float(number), late_by=late)
        live.append(f"t1_{number}")
        if leaves:
            gone = live.pop(number % len(live))
            listing.discard(gone)
    walked: list[str] = []
    after = None
    while True:
        cut = page(merged([listing]), PageQuery(limit=limit, after=after), everything)
        walked += cut.names
        if cut.after is None:
            break
        after = cut.after
    assert sorted(walked) == sorted(live)
    assert len(walked) == len(set(walked))
