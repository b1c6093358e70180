"""The posts of a case: who wrote what, who waits for an answer, and answering one of them."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.context import AnyInteraction, reader, services_of
from bot.views.answering import say, wait_for_answer
from bot.views.case_control import CaseSelect
from bot.views.lists import link, when
from bot.views.names import place
from bot.views.reply import reply_modal
from bot.views.text import plain, quote, safe
from core.errors import InputError
from core.text import Translate, mark
from core.types.case import Case
from engagement.desk.posts import CasePost, waiting_people

MOST_SHOWN = 6
"""Posts with their words; every one of them fits a message."""
MOST_OFFERED = 25
"""Options that Discord takes in one select."""
EXCERPT_LIMIT = 280
LINK_LIMIT = 150
"""Longer addresses are left out: all posts together have to fit the 4,000 characters of a message."""
OPTION_LIMIT = 90


class PostSelect(CaseSelect, template=r"case:pick-post:(?P<case>\d{1,18})"):
    """Whom to answer: opens the reply window for one post of the case."""

    what = "post"

    async def choose(self, interaction: AnyInteraction, _actor: str, chosen: str) -> None:
        """Open the window; whether the post is still there is looked at when the reply was written."""
        if not chosen.isdecimal():
            raise InputError(mark("That input cannot be used."))
        shelf = services_of(interaction).templates.shelf
        modal = reply_modal(self.case_id, reader(interaction), shelf, post=int(chosen))
        await interaction.response.send_modal(modal)


class PostList(ui.LayoutView):
    """The posts, those that wait for an answer first, and a select to answer one of them."""

    def __init__(self, case: Case, posts: Sequence[CasePost], t: Translate) -> None:
        super().__init__(timeout=None)
        people, waiting = waiting_people(posts)
        title = t("Posts of case {case}: {count}", case=case.id, count=len(posts))
        counts = t("People: {people}, without an answer: {waiting}", people=people, waiting=waiting)
        self.add_item(ui.TextDisplay(f"### {title}\n{counts}"))
        ordered = sorted(posts, key=lambda post: post.answered)
        for post in ordered[:MOST_SHOWN]:
            self.add_item(ui.TextDisplay(f"{_head(post, t)}\n{quote(post.mention.text or '', EXCERPT_LIMIT)}"))
        if len(ordered) > MOST_SHOWN:
            more = len(ordered) - MOST_SHOWN
            self.add_item(ui.TextDisplay("-# " + t("and {count} more posts, the answered ones last", count=more)))
        if ordered:
            options = [(str(post.mention.id), post_name(post, t)) for post in ordered[:MOST_OFFERED]]
            self.add_item(ui.ActionRow(PostSelect(case.id, options, t("Answer one of them …"))))


async def show_posts(interaction: AnyInteraction, _actor: str, case_id: int) -> None:
    """Show the posts of a case to who asked. Promises the answer itself."""
    await wait_for_answer(interaction)
    case, posts = await services_of(interaction).desk.posts(case_id)
    await say(interaction, view=PostList(case, posts, reader(interaction)))


def post_name(post: CasePost, t: Translate) -> str:
    """Return a post as one option: its number, who wrote it, and its first words."""
    mention = post.mention
    author = mention.author.name if mention.author is not None else t("somebody")
    state = t("answered") if post.answered else t("waits")
    return plain(f"{mention.id} · {author} · {state} · {mention.text or ''}", OPTION_LIMIT)


def _head(post: CasePost, t: Translate) -> str:
    mention = post.mention
    url = mention.url if len(mention.url or "") <= LINK_LIMIT else None
    parts = (
        f"**{mention.id}**",
        safe(mention.author.name, 60) if mention.author is not None else t("somebody"),
        safe(place(t, mention.source, mention.container, mention.container_name), 60),
        when(mention.created_at),
        t("answered") if post.answered else f"**{t('waits for an answer')}**",
        link(t("Open the post"), url),
    )
    return " · ".join(part for part in parts if part)
