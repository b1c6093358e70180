"""The pipeline as it opens: what people confirmed holds over restarts, in files and live alike."""

from __future__ import annotations

from pathlib import Path

from bot.pipeline import open_pipeline
from core.clock import SteppedClock
from core.settings import BrandSection, Settings
from core.types.brand import Term
from core.types.learning import RuleChange, RuleKind
from storage.store import SqlStore
from tests import make


async def test_confirmed_rules_hold_after_a_restart(tmp_path: Path) -> None:
    settings, clock = Settings(brands=(BrandSection(name="Lumora", terms=("lumora",)),)), SteppedClock(make.START)
    store = await SqlStore.open(tmp_path / "maeari.db", clock=clock)
    first = await open_pipeline(settings, store, clock=clock)
    await first.rules.apply(RuleChange(RuleKind.MIN_COMPLAINT, value=0.7), "7")
    await first.rules.apply(RuleChange(RuleKind.EXCLUSION, "Lumora", "street"), "7")
    await store.close()

    store = await SqlStore.open(tmp_path / "maeari.db", clock=clock)
    second = await open_pipeline(settings, store, clock=clock)
    assert second.intake.policy.flags.min_complaint == 0.7
    assert second.brands[0].exclusions == (Term("street"),)
    assert second.intake.matcher.match("lumora street") == ()

    await second.rules.reset("7")
    third = await open_pipeline(settings, store, clock=clock)
    assert third.intake.policy.flags.min_complaint == settings.policy.flags.min_complaint
    assert third.brands[0].exclusions == ()
    await store.close()
