"""The part of the system that files and live posts share: brands, judge, intake over one store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.i18n import Catalogues
from bot.timing import TimedJudge
from core.clock import Clock, SystemClock
from core.ports.judging import Dockets
from core.ports.storing import Store, Unit
from core.settings import Settings
from core.types.brand import Brand
from engagement.desk.opening import DeskPolicy
from engagement.intake.decide import IntakePolicy
from engagement.intake.pipeline import Intake, Taken
from engagement.intake.rules import RuleDesk
from engagement.intake.slices import LocalDocket
from matching.matcher import BrandMatcher
from sentiment.judge import TextJudge


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What takes batches in."""

    intake: Intake
    judge: TextJudge
    catalogues: Catalogues
    rules: RuleDesk

    @property
    def brands(self) -> tuple[Brand, ...]:
        """The brands that are followed now."""
        return self.intake.matcher.brands


@dataclass(slots=True)
class Counts:
    """What became of many batches."""

    posts: int = 0
    new: int = 0
    """Mentions stored."""
    known: int = 0
    """Mentions that were stored before."""
    decisions: Counter[str] = field(default_factory=Counter)

    def add(self, taken: Taken) -> None:
        """Add one batch."""
        self.posts += taken.posts
        self.new += len(taken.stored)
        self.known += taken.known
        self.decisions.update(stored.judged.decision.kind.value for stored in taken.stored)


async def open_pipeline(
    settings: Settings,
    store: Store,
    *,
    brands: Sequence[Brand] = (),
    clock: Clock | None = None,
    wake: Callable[[], None] = lambda: None,
    scored: Callable[[float], None] | None = None,
    dockets: Dockets = LocalDocket,
) -> Pipeline:
    """Build the pipeline over a store.

    `brands` are followed from now on; a store without any takes those of the configuration first. `scored` hears how
    many seconds each judgement of a post took. `dockets` may have posts judged in other processes, too.
    """
    catalogues = Catalogues()
    judge = TextJudge.load()

    async def seed(unit: Unit) -> list[Brand]:
        if not await unit.brands.all():
            for section in settings.brands:
                await unit.brands.put(section.brand())
        for brand in brands:
            await unit.brands.put(brand)
        return await unit.brands.all()

    followed = await store.write(seed)
    intake = Intake(
        store,
        BrandMatcher(()),
        judge if scored is None else TimedJudge(judge, scored),
        clock or SystemClock(),
        IntakePolicy.of(settings, catalogues),
        DeskPolicy.of(settings),
        wake=wake,
        dockets=dockets,
    )
    intake.follow(BrandMatcher(followed))
    await intake.start()
    rules = RuleDesk(
        store, intake, judge, clock or SystemClock(), thanks=settings.policy.thanks, flags=settings.policy.flags
    )
    await rules.start()
    return Pipeline(intake, judge, catalogues, rules)
