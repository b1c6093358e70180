"""The thirty lines of docs/listening.md: each is proved by tests that exist, or says why it does not apply."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POLLING, SENDER, TRANSPORT = (f"tests/listeners/reddit/test_{room}.py" for room in ("polling", "sender", "transport"))
THINGS, BUDGET, PACE, RECHECK, WALK = (
    f"tests/listeners/reddit/test_{room}.py" for room in ("things", "budget", "pace", "recheck", "walk")
)
STORMS, CRASHES, PURGING = (
    f"tests/listeners/{room}.py" for room in ("reddit/test_seeded_faults", "test_crashes", "test_purging")
)
GATE, TEXT = "tests/engagement/outgoing/test_rules.py", "tests/engagement/outgoing/test_text.py"
BY_LISTS = "Listings are read, never comment trees: there is nothing to test."

PROOFS: dict[int, str | dict[str, tuple[str, ...]]] = {
    1: {
        POLLING: (
            "test_a_burst_after_a_quiet_moment_is_complete_in_few_requests",
            "test_a_deleted_anchor_hides_nothing",
            "test_an_anchor_that_vanishes_between_two_pages_is_stepped_over",
            "test_a_gap_is_recorded_with_span_and_estimate",
            "test_a_gap_is_told_though_we_die_while_handing_over",
            "test_a_multi_that_loses_ground_is_read_one_by_one",
        )
    },
    2: {
        POLLING: ("test_late_entries_below_newer_ones_are_found",),
        WALK: ("test_neighbours_that_change_places_between_two_pages_are_both_taken",),
        STORMS: ("test_a_storm_loses_nothing",),
    },
    3: {POLLING: ("test_a_restart_goes_on_where_it_was",), CRASHES: ("test_ten_kills_at_random_moments",)},
    4: {
        SENDER: (
            "test_a_reply_is_posted_once_and_found_again",
            "test_a_lost_answer_is_unknown_and_never_sent_again",
            "test_a_write_that_took_no_effect_is_not_found",
        )
    },
    5: {
        POLLING: ("test_faults_delay_and_lose_nothing", "test_reddit_being_down_at_the_start_is_waited_out"),
        PACE: ("test_failures_back_off_with_a_cap_and_a_success_resets",),
    },
    6: {
        BUDGET: ("test_retry_after_as_number_date_or_nonsense", "test_who_is_told_to_wait_waits_in_every_lane"),
        SENDER: ("test_a_429_delays_and_lets_nothing_out_meanwhile",),
        TRANSPORT: ("test_a_used_up_window_is_waited_out",),
    },
    7: {SENDER: ("test_a_ratelimit_inside_json_delays",)},
    8: {
        BUDGET: (
            "test_polling_bursts_then_keeps_an_even_pace_and_leaves_a_reserve",
            "test_no_window_ever_sees_more_than_its_limit",
            "test_the_headers_correct_the_count",
        ),
        TRANSPORT: ("test_a_reply_overtakes_waiting_polls",),
    },
    9: {TRANSPORT: ("test_all_requests_leave_from_one_thread_and_none_from_the_loop",)},
    10: {
        POLLING: ("test_our_own_comments_are_marked",),
        THINGS: ("test_bots_by_name", "test_people_are_told_apart"),
        GATE: ("test_which_row_heeds_what", "test_threads_have_a_cap"),
    },
    11: "There are no commands on Reddit: no words of a comment make the bot do anything.",
    12: {SENDER: ("test_final_refusals_are_told_apart",)},
    13: {
        SENDER: (
            "test_final_refusals_are_told_apart",
            "test_where_we_are_banned_nothing_goes_by_itself_for_a_day",
        )
    },
    14: {
        TRANSPORT: ("test_what_strangers_see_of_our_account",),
        POLLING: ("test_an_account_that_nobody_sees_is_told",),
    },
    15: {POLLING: ("test_a_closed_feed_stops_no_other", "test_a_closed_member_of_a_multi_is_told")},
    16: {
        POLLING: ("test_a_closed_feed_stops_no_other",),
        SENDER: ("test_an_answer_that_says_nothing_is_looked_up",),
    },
    17: {POLLING: ("test_posts_come_in_with_all_their_sides",)},
    18: {THINGS: ("test_crossposts_are_not_reported_twice",)},
    19: {
        THINGS: (
            "test_broken_entries_are_counted_and_the_others_read",
            "test_a_deleted_account_leaves_a_text_without_a_name",
            "test_old_edits_without_a_time_and_profile_posts",
        )
    },
    20: {
        POLLING: ("test_posts_come_in_with_all_their_sides",),
        THINGS: ("test_entities_that_a_user_wrote_stay",),
    },
    21: {"tests/bot/views/test_text.py": ("test_marks_lose_their_power", "test_escape_loses_no_readable_character")},
    22: {
        TEXT: ("test_nothing_foreign_formats_calls_or_overflows",),
        "tests/bot/test_sender.py": ("test_a_reply_refers_to_its_post_pings_nobody_and_carries_the_nonce",),
    },
    23: {
        SENDER: ("test_final_refusals_are_told_apart",),
        GATE: ("test_an_overlong_staff_reply_is_refused_and_own_words_are_cut",),
    },
    24: BY_LISTS,
    25: BY_LISTS,
    26: {
        RECHECK: ("test_every_fate_is_told_with_its_reason",),
        POLLING: ("test_listings_show_edits_and_reply_counts_of_known_things",),
    },
    27: {PURGING: ("test_no_byte_of_what_was_deleted_is_left",), RECHECK: ("test_every_fate_is_told_with_its_reason",)},
    28: {TRANSPORT: ("test_what_reddit_needs_is_asked_for", "test_forms_are_never_logged")},
    29: {
        TRANSPORT: (
            "test_neither_praw_ini_nor_environment_has_a_say",
            "test_a_silent_answer_ends_at_the_limit",
            "test_an_answer_that_drips_ends_at_the_limit",
        )
    },
    # Hundreds of things of one and the same second.
    30: {POLLING: ("test_a_burst_after_a_quiet_moment_is_complete_in_few_requests",)},
}


@cache
def _tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_the_page_has_all_thirty_lines() -> None:
    text = (ROOT / "docs" / "listening.md").read_text("utf-8")
    assert [int(number) for number in re.findall(r"^\| (\d+) \| ", text, re.MULTILINE)] == [*range(1, 31)]
    assert [*PROOFS] == [*range(1, 31)]


@pytest.mark.parametrize("point", PROOFS)
def test_each_line_is_proved_or_does_not_apply(point: int) -> None:
    proof = PROOFS[point]
    if isinstance(proof, str):
        assert proof.endswith((".", "!"))
        return
    for path, names in proof.items():
        assert set(names) <= _tests(path), f"{path} lacks {set(names) - _tests(path)}"
