"""Rules that follow from verdicts: proposed, back-tested, confirmed, restart-proof, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConflictError, InputError, NotFoundError
from core.settings import FlagsPolicy, ThanksPolicy
from core.types.assessment import Assessment, Label
from core.types.brand import Brand, Term
from core.types.decision import DecisionKind, Reason
from core.types.learning import Correction, MentionVerdict, RuleChange, RuleKind
from core.types.mention import Hit
from engagement.desk.verdicts import Verdicts
from engagement.intake.backtest import Rejudged, back_test
from engagement.intake.decide import IntakePolicy
from engagement.intake.pipeline import Intake
from engagement.intake.rules import RuleDesk
from engagement.intake.suggest import MIN_SUPPORT, candidates, suggest
from matching.matcher import BrandMatcher
from tests import make
from tests.engagement.world import BRANDS, CATALOGUES, World, message

STREET = RuleChange(RuleKind.EXCLUSION, "Lumora", "street")
POLICY = IntakePolicy(ThanksPolicy(), FlagsPolicy(), CATALOGUES)


class Unjudged:
    """No verdict."""


UNJUDGED = Unjudged()


@dataclass
class GradedJudge:
    """Finds as much complaint in a text as the number behind `hate` says."""

    def assess(self, text: str, brand: Brand | None, hits: Sequence[Hit], *, evidence: bool = False) -> Assessment:
        if "hate" in text:
            return make.assessment(Label.NEUTRAL, complaint=float(text.rsplit(" ", 1)[1]))
        return make.assessment(Label.NEUTRAL)


def rule_desk(world: World, intake: Intake | None = None, judge: GradedJudge | None = None) -> RuleDesk:
    return RuleDesk(
        world.store,
        intake or world.intake,
        judge or world.judge,
        world.clock,
        thanks=ThanksPolicy(),
        flags=FlagsPolicy(),
    )


def verdicts(world: World) -> Verdicts:
    return Verdicts(world.store, world.clock, ZoneInfo("UTC"))


async def told(world: World, texts: Sequence[tuple[str, Correction | Unjudged | None]]) -> None:
    """Take texts in, each with its verdict."""
    for number, (text, should_be) in enumerate(texts):
        taken = await world.take(message(text, f"m{number}", author=f"a{number}"))
        if not isinstance(should_be, Unjudged):
            await verdicts(world).give(taken.stored[0].id, "7", should_be)


CONFUSED: list[tuple[str, Correction | Unjudged | None]] = [
    ("i hate the traffic on lumora street", Correction.WRONG_BRAND),
    ("lumora street again, hate it", Correction.WRONG_BRAND),
    ("루모라빌딩 앞 lumora street hate", Correction.WRONG_BRAND),
    ("i hate my lumora lamp", None),
    ("the lumora lamp broke, hate it", None),
    ("lumora street is nice", UNJUDGED),
    ("lumora is fine", UNJUDGED),
]


async def test_an_exclusion_is_proposed_with_what_it_would_do(world: World) -> None:
    await told(world, CONFUSED)
    (best,) = await rule_desk(world).suggest()
    assert best.change == STREET
    assert best.tested == 7
    assert len(best.mended) == 3
    assert best.lost == ()
    assert [mention.text for mention in best.dropped] == ["lumora street is nice"]


async def test_nothing_changes_before_somebody_confirms(world: World) -> None:
    await told(world, CONFUSED)
    rules = rule_desk(world)
    await rules.suggest()
    await rules.test(STREET)
    assert len((await world.take(message("lumora street", "x1"))).stored) == 1
    await rules.apply(STREET, "7")
    assert (await world.take(message("lumora street", "x2"))).stored == ()
    async with world.store.read() as unit:
        assert [brand.exclusions for brand in await unit.brands.all()] == [(Term("street"),), ()]
    with pytest.raises(ConflictError):
        await rules.apply(STREET, "8")
    assert await rules.suggest() == []


async def test_one_verdict_alone_proposes_nothing(world: World) -> None:
    await told(world, [CONFUSED[0], CONFUSED[3], CONFUSED[5]])
    assert await rule_desk(world).suggest() == []


async def test_a_verdict_about_an_older_text_does_not_count(world: World) -> None:
    await told(world, CONFUSED)
    world.pass_minutes(10)
    for number in range(3):
        edited = message("lumora street, hate it all the more", f"m{number}", author=f"a{number}", edited_minutes=9)
        await world.take(edited)
    assert await rule_desk(world).suggest() == []


async def test_a_threshold_is_proposed_that_separates_right_from_wrong(world: World) -> None:
    judge = GradedJudge()
    world.intake._judge = judge
    texts: list[tuple[str, Correction | Unjudged | None]] = [
        (f"lumora, hate {score}", Correction.NOTHING) for score in (0.52, 0.55, 0.58)
    ]
    texts += [(f"lumora, hate {score}", None) for score in (0.8, 0.9)]
    await told(world, texts)
    (best,) = await rule_desk(world, judge=judge).suggest()
    assert best.change == RuleChange(RuleKind.MIN_COMPLAINT, value=0.6), "the nearest value that mends all of them"
    assert (len(best.mended), best.lost, best.tested) == (3, (), 5)


async def test_a_confirmed_threshold_decides_and_holds_after_a_restart(world: World) -> None:
    change = RuleChange(RuleKind.MIN_COMPLAINT, value=0.95)
    assert (await world.take(message("i hate lumora", "m1"))).stored[0].judged.decision.kind is DecisionKind.FLAG
    await rule_desk(world).apply(change, "7")
    after = (await world.take(message("i hate lumora", "m2", author="bob"))).stored[0]
    assert after.judged.decision.kind is DecisionKind.REVIEW

    fresh = Intake(world.store, BrandMatcher(BRANDS), world.judge, world.clock, POLICY, world.desk.policy)
    restarted = rule_desk(world, fresh)
    await restarted.start()
    assert fresh.policy.flags.min_complaint == 0.95
    book = await restarted.book()
    assert (book.min_complaint, book.configured_complaint) == (0.95, 0.5)
    assert [rule.change for rule in book.applied] == [change]


async def test_a_reset_takes_back_what_was_confirmed_and_nothing_else(world: World) -> None:
    rules = rule_desk(world)
    lumora = Brand("Lumora", BRANDS[0].terms, (Term("lumora inn"),))
    await world.store.write(lambda unit: unit.brands.put(lumora))
    await rules.apply(STREET, "7")
    await rules.apply(RuleChange(RuleKind.MIN_PROBABILITY, value=0.99), "7")
    assert world.intake.policy.thanks.min_probability == 0.99
    assert len(await rules.reset("7")) == 2
    assert world.intake.policy.thanks.min_probability == 0.9
    async with world.store.read() as unit:
        assert (await unit.brands.all())[0] == lumora
    assert len((await world.take(message("lumora street", "x"))).stored) == 1
    assert await rules.reset("7") == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (RuleChange(RuleKind.EXCLUSION, "Nobody", "street"), NotFoundError),
        (RuleChange(RuleKind.EXCLUSION, "Lumora", "lumora"), InputError),
        (RuleChange(RuleKind.EXCLUSION, "Lumora", "  "), InputError),
        (RuleChange(RuleKind.MIN_COMPLAINT, value=0.0), InputError),
        (RuleChange(RuleKind.MIN_PROBABILITY, value=1.5), InputError),
        (RuleChange(RuleKind.MIN_COMPLAINT, value=0.5), ConflictError),
    ],
)
async def test_what_cannot_be_a_rule_is_refused(world: World, change: RuleChange, error: type[Exception]) -> None:
    rules = rule_desk(world)
    for attempt in (rules.test(change), rules.apply(change, "7")):
        with pytest.raises(error):
            await attempt
    assert (await rules.book()).applied == ()


async def test_an_unknown_brand_has_no_suggestions(world: World) -> None:
    with pytest.raises(NotFoundError):
        await rule_desk(world).suggest("Nobody")


_WORDS = st.sampled_from(["street", "lamp", "broke", "charger", "빌딩에서", "빌딩", "역", "고장", "support", "parking"])
_JUDGED = st.lists(
    st.tuples(st.lists(_WORDS, min_size=1, max_size=4), st.sampled_from([None, *Correction])), max_size=12
)


@given(_JUDGED)
@settings(max_examples=60, deadline=None)
async def test_no_exclusion_touches_what_people_called_right(texts: list[tuple[list[str], Correction | None]]) -> None:
    numbers = count(1)
    tested = [_rejudged(next(numbers), " ".join(["lumora", *words]), should_be) for words, should_be in texts]
    for term in await candidates(make.LUMORA, tested):
        support = [one for one in tested if term in (one.mention.text or "") and _unwanted(one)]
        assert len(support) >= MIN_SUPPORT
    for proposal in await suggest(tested, [make.LUMORA], POLICY):
        assert len(proposal.mended) >= MIN_SUPPORT
        if proposal.change.kind is RuleKind.EXCLUSION:
            assert proposal.lost == ()
        assert proposal == await back_test(proposal.change, _of(proposal.change, tested), POLICY)


def _of(change: RuleChange, tested: list[Rejudged]) -> list[Rejudged]:
    return [one for one in tested if change.kind is not RuleKind.EXCLUSION or one.mention.brand == change.brand]


def _unwanted(one: Rejudged) -> bool:
    return one.verdict is not None and one.verdict.should_be in (Correction.NOTHING, Correction.WRONG_BRAND)


def _rejudged(number: int, text: str, should_be: Correction | None) -> Rejudged:
    judged = make.judged(make.post(text, native_id=f"t1_{number}"), label=Label.NEGATIVE)
    verdict = MentionVerdict(
        number, should_be is None, should_be, "Lumora", DecisionKind.FLAG, Reason.COMPLAINT, "7", make.START
    )
    return Rejudged(
        make.stored(judged, number),
        verdict,
        (Hit("Lumora", "lumora", 0, 6),),
        make.assessment(Label.NEGATIVE, complaint=0.9),
    )
