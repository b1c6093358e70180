"""The send gate: every message to a person or a public place passes here at the moment it is sent.

The rules stand in `rules`; this loads the facts they are applied to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from core.clock import Clock
from core.ports.storing import Store, Unit
from core.types.action import Action, Purpose
from engagement.outgoing.rules import (
    DUPLICATE_SPAN,
    RULES,
    Cap,
    Duplicate,
    Facts,
    GatePolicy,
    Refusal,
    Rule,
    Verdict,
    VerdictKind,
    prepared,
    rule_on,
)

__all__ = ["GatePolicy", "Refusal", "SendGate", "Verdict", "VerdictKind", "prepared"]


class SendGate:
    """The gate with its facts: one object for everything that leaves."""

    def __init__(self, store: Store, policy: GatePolicy, clock: Clock) -> None:
        self.policy = policy
        self.own_keys: frozenset[str] = frozenset()
        """Author keys of our own accounts, set once the platforms told who we are."""
        self._store = store
        self._clock = clock

    async def check(self, action: Action, *, under_way: Iterable[Action] = ()) -> Verdict:
        """Say whether an action, with its text prepared, may go out now.

        `under_way` are other actions being sent at this moment: they count towards the caps.
        """
        now = self._clock.now()
        async with self._store.read() as unit:
            facts = await self._facts(unit, action, now)
        same = [other for other in under_way if other.draft.purpose is action.draft.purpose]
        facts = replace(facts, today=facts.today + len(same), to_author=facts.to_author + _to_same(action, same))
        return rule_on(action, facts, self.policy, now)

    async def _facts(self, unit: Unit, action: Action, now: datetime) -> Facts:
        draft = action.draft
        rule = RULES.get(draft.purpose)
        if rule is None or not rule.to_people:
            return Facts()
        facts = await self._addressee(unit, action)
        if draft.author_key is not None and (rule.heeds_opt_out or rule.needs_consent):
            facts = replace(
                facts,
                opted_out=await unit.members.opted_out(draft.author_key),
                consented=rule.needs_consent and await unit.members.consented(draft.author_key, draft.purpose),
                night_consent=draft.purpose is Purpose.ADVERT
                and await unit.members.consented(draft.author_key, Purpose.ADVERT_NIGHT),
            )
        facts = await self._counts(unit, action, rule, facts, now)
        if rule.duplicate is Duplicate.PASS:
            return facts
        same_text = await unit.outbox.same_text(
            purpose=draft.purpose, text=draft.text, container=draft.target.container, since=now - DUPLICATE_SPAN
        )
        return replace(facts, same_text=same_text)

    async def _addressee(self, unit: Unit, action: Action) -> Facts:
        draft = action.draft
        to_self = draft.author_key in self.own_keys
        if draft.mention_id is None:
            return Facts(to_self=to_self)
        mention = await unit.mentions.get(draft.mention_id)
        if mention is None:
            return Facts(gone=True)
        competitors = {brand.name for brand in await unit.brands.all() if brand.competitor}
        author = mention.author
        return Facts(
            to_self=to_self or (author is not None and author.is_self),
            to_bot=author is not None and author.is_bot,
            under_competitor=mention.brand in competitors,
            gone=mention.purged_at is not None,
        )

    async def _counts(self, unit: Unit, action: Action, rule: Rule, facts: Facts, now: datetime) -> Facts:
        draft = action.draft
        count, purpose, place = unit.outbox.count_sent, draft.purpose, draft.target.container
        if Cap.RATE in rule.caps:
            minute = now - timedelta(minutes=1)
            if purpose is Purpose.ANSWER:
                within = await count(purpose=purpose, since=minute, author_key=draft.author_key)
            else:
                within = await count(purpose=purpose, since=minute, container=place)
            facts = replace(facts, within_minute=within)
        if Cap.AUTHOR in rule.caps and draft.author_key is not None:
            since = now - timedelta(days=self.policy.thanks.per_author_days)
            facts = replace(facts, to_author=await count(purpose=purpose, since=since, author_key=draft.author_key))
        if Cap.CONTAINER in rule.caps:
            hour = now - timedelta(hours=1)
            facts = replace(facts, in_container=await count(purpose=purpose, since=hour, container=place))
        if Cap.THREAD in rule.caps and draft.target.thread_id is not None:
            ever = now - timedelta(days=365)
            thread = await count(purpose=purpose, since=ever, thread_id=draft.target.thread_id)
            facts = replace(facts, in_thread=thread)
        if Cap.DAY in rule.caps:
            midnight = now.astimezone(self.policy.zone).replace(hour=0, minute=0, second=0, microsecond=0)
            facts = replace(facts, today=await count(purpose=purpose, since=midnight))
        return facts


def _to_same(action: Action, others: Iterable[Action]) -> int:
    key = action.draft.author_key
    return sum(1 for other in others if key is not None and other.draft.author_key == key)
