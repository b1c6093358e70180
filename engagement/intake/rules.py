"""The rules that follow from verdicts: proposed, back-tested, applied when a person confirms, taken back by a reset.

Exclusions go to the brand's row, thresholds to a row that wins over the configuration. Nothing here trains a model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from core.clock import Clock
from core.errors import ConflictError, InputError, NotFoundError
from core.ports.judging import Judge
from core.ports.storing import Store, Unit
from core.settings import FlagsPolicy, ThanksPolicy
from core.text import mark
from core.types.brand import Brand, Term
from core.types.learning import AppliedRule, RuleChange, RuleKind
from engagement.intake.backtest import BackTest, back_test, finds, sample
from engagement.intake.pipeline import Intake
from engagement.intake.suggest import suggest
from matching.matcher import BrandMatcher
from matching.normalise import fold

__all__ = ["RuleBook", "RuleDesk"]

_RANGES = {RuleKind.MIN_COMPLAINT: (0.05, 1.0), RuleKind.MIN_PROBABILITY: (0.5, 1.0)}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules in force."""

    min_complaint: float
    configured_complaint: float
    min_probability: float
    configured_probability: float
    brands: tuple[Brand, ...]
    applied: tuple[AppliedRule, ...]
    """What people confirmed, oldest first."""


class RuleDesk:
    """The service behind `/rules`. Call `start` once, before the first batch."""

    def __init__(
        self, store: Store, intake: Intake, judge: Judge, clock: Clock, *, thanks: ThanksPolicy, flags: FlagsPolicy
    ) -> None:
        self._store = store
        self._intake = intake
        self._judge = judge
        self._clock = clock
        self._thanks = thanks
        self._flags = flags

    async def start(self) -> None:
        """Let intake follow the stored rules."""
        async with self._store.read() as unit:
            self._heed(await unit.rules.all())

    async def book(self) -> RuleBook:
        """Return the rules in force."""
        async with self._store.read() as unit:
            applied, brands = await unit.rules.all(), await unit.brands.all()
        policy = self._intake.policy
        return RuleBook(
            min_complaint=policy.flags.min_complaint,
            configured_complaint=self._flags.min_complaint,
            min_probability=policy.thanks.min_probability,
            configured_probability=self._thanks.min_probability,
            brands=tuple(brands),
            applied=tuple(applied),
        )

    async def suggest(self, brand: str | None = None) -> list[BackTest]:
        """Return proposals that follow from the verdicts, with their back-tests. Raises NotFoundError."""
        brands = [one for one in self._intake.matcher.brands if brand in (None, one.name)]
        if brand is not None and not brands:
            raise NotFoundError(mark("No brand of that name is followed."))
        tested = await sample(self._store, self._judge, self._intake.matcher, brand)
        return await suggest(tested, brands, self._intake.policy)

    async def test(self, change: RuleChange) -> BackTest:
        """Return what a change would have done. Raises as `apply`."""
        change = await self._checked(change)
        tested = await sample(self._store, self._judge, self._intake.matcher, change.brand or None)
        return await back_test(change, tested, self._intake.policy)

    async def apply(self, change: RuleChange, actor: str) -> AppliedRule:
        """Put a change into force, from the next batch on.

        Raises InputError for a value out of range or a term that cannot be one, NotFoundError for an unknown brand,
        ConflictError when it is in force already.
        """
        change = await self._checked(change)
        rule = AppliedRule(change, actor, self._clock.now())

        async def work(unit: Unit) -> list[AppliedRule]:
            if change.kind is RuleKind.EXCLUSION:
                brand = await _brand(unit, change)
                await unit.brands.put(replace(brand, exclusions=(*brand.exclusions, Term(change.term))))
            await unit.rules.put(rule)
            return await unit.rules.all()

        await self._follow(await self._store.write(work))
        _log.info("rules.applied", kind=change.kind)
        return rule

    async def reset(self, actor: str) -> list[AppliedRule]:
        """Take back all that was confirmed: thresholds of the configuration, exclusions off their brands again."""

        async def work(unit: Unit) -> list[AppliedRule]:
            gone = await unit.rules.clear()
            vetoes = {(rule.change.brand, rule.change.term) for rule in gone}
            for brand in await unit.brands.all():
                left = tuple(term for term in brand.exclusions if (brand.name, term.text) not in vetoes)
                if left != brand.exclusions:
                    await unit.brands.put(replace(brand, exclusions=left))
            return gone

        gone = await self._store.write(work)
        await self._follow([])
        _log.info("rules.reset", rules=len(gone), actor=actor)
        return gone

    async def _follow(self, rules: list[AppliedRule]) -> None:
        self._heed(rules)
        await self._intake.reload(BrandMatcher)

    def _heed(self, rules: list[AppliedRule]) -> None:
        values = {rule.change.kind: rule.change.value for rule in rules}
        complaint = values.get(RuleKind.MIN_COMPLAINT, self._flags.min_complaint)
        praise = values.get(RuleKind.MIN_PROBABILITY, self._thanks.min_probability)
        self._intake.heed(
            self._thanks.model_copy(update={"min_probability": praise}),
            self._flags.model_copy(update={"min_complaint": complaint}),
        )

    async def _checked(self, change: RuleChange) -> RuleChange:
        if change.kind is not RuleKind.EXCLUSION:
            return self._threshold(change)
        change = replace(change, term=" ".join(change.term.split()))
        finds((change.term,))
        async with self._store.read() as unit:
            brand = await _brand(unit, change)
        if any(finds((change.term,)).match(term.text) for term in brand.terms):
            raise InputError(mark("This term stands in the brand's own terms: it would veto every mention."))
        return change

    def _threshold(self, change: RuleChange) -> RuleChange:
        least, most = _RANGES[change.kind]
        if not least <= change.value <= most:
            raise InputError(mark("The value must lie between {least} and {most}."), least=least, most=most)
        policy = self._intake.policy
        current = {
            RuleKind.MIN_COMPLAINT: policy.flags.min_complaint,
            RuleKind.MIN_PROBABILITY: policy.thanks.min_probability,
        }
        if change.value == current[change.kind]:
            raise ConflictError(mark("This rule is in force already."))
        return replace(change, brand="", term="")


async def _brand(unit: Unit, change: RuleChange) -> Brand:
    """Return the brand of an exclusion. Raises NotFoundError, and ConflictError when it has the exclusion already."""
    brand = next((one for one in await unit.brands.all() if one.name == change.brand), None)
    if brand is None:
        raise NotFoundError(mark("No brand of that name is followed."))
    if fold(change.term).text in {fold(term.text).text for term in brand.exclusions}:
        raise ConflictError(mark("This rule is in force already."))
    return brand
