"""The stand-in Reddit's HTTP side: only the routes that the product calls."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import web

from core.clock import Clock
from lab.reddit.listing import DEFAULT_LIMIT, MAX_LIMIT, Listing, PageQuery, merged, page
from lab.reddit.things import Access, Fate, Thing, account_id, encoded, wire
from lab.reddit.world import RedditWorld
from lab.server import Json, LoopbackServer, clean_path, json_response

TOKEN_SECONDS = 86_400
"""Life of an access token, as recorded from the real site."""
MAX_COMMENT = 10_000
"""Longest comment, characters."""
GENEROUS_REQUESTS = 1_000_000
"""Requests per window unless a test says otherwise: so many that prawcore never paces itself."""
WINDOW_SECONDS = 600
"""Reddit's rate window, real seconds."""
CLOSED: Mapping[Access, tuple[int, str]] = {
    Access.PRIVATE: (403, "Forbidden"),
    Access.QUARANTINED: (403, "Forbidden"),
    Access.BANNED: (404, "Not Found"),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the stand-in's one app and one account sign in with."""

    client_id: str = "stand-in-client"
    client_secret: str = "stand-in-secret"  # noqa: S105 - there is nothing behind it
    username: str = "maeari_bot"
    password: str = "stand-in-password"  # noqa: S105 - there is nothing behind it
    refresh_token: str = "stand-in-refresh"  # noqa: S105 - there is nothing behind it


class StandInReddit(LoopbackServer):
    """Reddit on loopback for `oauth_url` and `reddit_url`; `world` is where its people act.

    Every call of `add_submission`, `edit` and so on goes to `world`, at the shared clock's time. Rate windows run on
    real time, as prawcore's pacing does.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        port: int = 0,
        credentials: Credentials | None = None,
        rate_limit: int = GENEROUS_REQUESTS,
        rate_window: int = WINDOW_SECONDS,
    ) -> None:
        super().__init__(clock, port=port)
        self.credentials = credentials or Credentials()
        self.world = RedditWorld(clock, own_account=self.credentials.username)
        self.rate_limit = rate_limit
        self.rate_window = rate_window
        self._window_started = time.monotonic()
        self._used = 0
        self._tokens: dict[str, bool] = {}
        """Access tokens, and whether they are those of our account."""
        self._minted_tokens = 0

    def expire_tokens(self) -> None:
        """Make every access token invalid: the next call gets 401."""
        self._tokens.clear()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that are served."""
        # PRAW closes some paths with a slash and others not.
        return [
            web.post("/api/v1/access_token{_:/?}", self._access_token),
            web.get("/api/v1/me{_:/?}", self._me),
            web.get("/api/info{_:/?}", self._info),
            web.post("/api/comment{_:/?}", self._comment),
            web.post("/api/read_message{_:/?}", self._read_message),
            web.post("/api/{act:remove|lock}{_:/?}", self._moderate),
            web.post("/api/report{_:/?}", self._report),
            web.get("/r/{subreddits}/{feed:comments|new}{_:/?}", self._feed),
            web.get("/user/{name}/comments{_:/?}", self._user_comments),
            web.get("/user/{name}/about{_:/?}", self._user_about),
            web.get("/message/{box:inbox|unread}{_:/?}", self._inbox),
        ]

    def error_response(self, status: int, *, retry_after: str | None = None) -> web.Response:
        """Return an error in Reddit's shape."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        if status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="reddit", error="invalid_token"'
        return json_response({"message": f"error {status}", "error": status}, status=status, headers=headers)

    async def guard(self, request: web.Request) -> web.Response | None:
        """Ask for a bearer token, and keep the rate window."""
        if clean_path(request.path) == "/api/v1/access_token":
            return None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in self._tokens:
            return self.error_response(401)
        if time.monotonic() - self._window_started >= self.rate_window:
            self._window_started, self._used = time.monotonic(), 0
        if self._used >= self.rate_limit:
            return self.error_response(429)
        self._used += 1
        return None

    def rate_headers(self, _: web.Request) -> Mapping[str, str]:
        """Return how much of the window is used."""
        # Reddit floors `reset` to whole seconds: a client that trusts it wakes up to a second early.
        left = self.rate_window - (time.monotonic() - self._window_started)
        return {
            "x-ratelimit-used": str(self._used),
            "x-ratelimit-remaining": f"{self.rate_limit - self._used:.1f}",
            "x-ratelimit-reset": str(max(0, int(left))),
        }

    # -- signing in

    async def _access_token(self, request: web.Request) -> web.Response:
        if not self._is_our_app(request.headers.get("Authorization", "")):
            return json_response({"message": "Unauthorized", "error": 401}, status=401)
        form = await request.post()
        known = self.credentials
        granted = {
            "password": form.get("username") == known.username and form.get("password") == known.password,
            "refresh_token": form.get("refresh_token") == known.refresh_token,
            "client_credentials": True,
        }
        if not granted.get(str(form.get("grant_type")), False):
            return json_response({"error": "invalid_grant"})
        self._minted_tokens += 1
        token = f"stand-in-token-{self._minted_tokens}"
        self._tokens[token] = form.get("grant_type") != "client_credentials"
        return json_response({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS, "scope": "*"})

    def _is_our_app(self, header: str) -> bool:
        scheme, _, encoded = header.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return scheme.lower() == "basic" and given == f"{self.credentials.client_id}:{self.credentials.client_secret}"

    async def _me(self, _: web.Request) -> web.Response:
        name = self.credentials.username
        return json_response(
            {
                "id": account_id(name),
                "name": name,
                "is_suspended": self.world.is_suspended,
                "has_verified_email": True,
                "inbox_count": 0,
            }
        )

    async def _user_about(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        is_own = name.casefold() == self.credentials.username.casefold()
        is_ours = self._tokens.get(request.headers.get("Authorization", "").partition(" ")[2], False)
        if is_own and self.world.is_shadow_banned and not is_ours:
            return json_response({"message": "Not Found", "error": 404}, status=404)
        shown = {"id": account_id(name), "name": name, "is_suspended": is_own and self.world.is_suspended}
        return json_response({"kind": "t2", "data": shown})

    # -- reading

    async def _feed(self, request: web.Request) -> web.Response:
        subreddits = request.match_info["subreddits"].split("+")
        if len(subreddits) == 1 and (closed := self._closed(subreddits[0])) is not None:
            return closed
        return self._listing(
            request, self.world.listings(subreddits, comments=request.match_info["feed"] == "comments")
        )

    def _closed(self, subreddit: str) -> web.Response | None:
        access = self.world.access(subreddit)
        if access is Access.PUBLIC:
            return None
        if access is Access.RENAMED:
            where = f"{self.url}/subreddits/search?q={subreddit}"
            return web.Response(status=302, headers={"Location": where})
        status, message = CLOSED[access]
        return json_response({"reason": access.value, "message": message, "error": status}, status=status)

    def _listing(self, request: web.Request, listings: Iterable[Listing]) -> web.Response:
        cut = page(merged(listings), _page_query(request.query), self.world.is_known)
        things = [encoded(self.world.thing(name)) for name in cut.names]
        return json_response(_listing_wire(things, before=cut.before, after=cut.after))

    async def _user_comments(self, request: web.Request) -> web.Response:
        return self._listing(request, self.world.listing_of(request.match_info["name"]))

    async def _info(self, request: web.Request) -> web.Response:
        names = request.query.get("id", "").split(",")[:MAX_LIMIT]
        found = [thing for thing in map(self.world.find, names) if thing is not None]
        return json_response(_listing_wire([encoded(thing) for thing in found]))

    async def _inbox(self, request: web.Request) -> web.Response:
        unread_only = request.match_info["box"] == "unread"
        names = [name for name in self.world.inbox if name in self.world.unread or not unread_only]
        cut = page(names, _page_query(request.query), self.world.is_known)
        things = []
        for name in cut.names:
            shown = wire(self.world.thing(name))
            shown["data"] |= {"new": name in self.world.unread, "was_comment": True, "subject": "comment reply"}
            things.append(shown)
        return json_response(_listing_wire(things, after=cut.after))

    # -- writing

    async def _read_message(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.world.unread.difference_update(str(form.get("id", "")).split(","))
        return json_response({})

    async def _comment(self, request: web.Request) -> web.Response:
        form = await request.post()
        text = str(form.get("text", ""))
        parent = self.world.find(str(form.get("thing_id", "")))
        if parent is not None and not self.world.may_write(parent.subreddit):
            return json_response({"message": "Forbidden", "error": 403}, status=403)
        refusal = _refusal(parent, self._link_of(parent), text)
        if refusal is not None or parent is None:
            code, message, field = refusal or _GONE
            return json_response({"json": {"errors": [[code, message, field]]}})
        comment = self.world.add_comment(parent, text, by=self.credentials.username)
        return json_response({"json": {"errors": [], "data": {"things": [wire(comment)]}}})

    async def _moderate(self, request: web.Request) -> web.Response:
        """Remove or lock; Reddit answers strangers with 403, and moderators with an empty object."""
        form = await request.post()
        thing = self.world.find(str(form.get("id", "")))
        if thing is None:
            return json_response({"message": "Not Found", "error": 404}, status=404)
        if not self.world.may_moderate(thing.subreddit):
            return json_response({"message": "Forbidden", "error": 403}, status=403)
        (self.world.remove if request.match_info["act"] == "remove" else self.world.lock)(thing)
        return json_response({})

    async def _report(self, request: web.Request) -> web.Response:
        form = await request.post()
        thing = self.world.find(str(form.get("thing_id", "")))
        if thing is None:
            return json_response({"json": {"errors": [list(_GONE)]}})
        self.world.reports.append((thing.name, str(form.get("reason", ""))))
        return json_response({"json": {"errors": []}})

    def _link_of(self, thing: Thing | None) -> Thing | None:
        return thing if thing is None or thing.link is None else self.world.find(thing.link)


_GONE = ("DELETED_COMMENT", "that comment has been deleted", "parent")


def _refusal(parent: Thing | None, link: Thing | None, text: str) -> tuple[str, str, str] | None:
    if parent is None or parent.fate is not Fate.LIVE:
        return _GONE
    if parent.locked or (link is not None and link.locked):
        return ("THREAD_LOCKED", "Comments are locked.", "parent")
    if parent.archived or (link is not None and link.archived):
        return ("TOO_OLD", "that's a piece of history now; it's too old to reply to it", "parent")
    if not text.strip():
        return ("NO_TEXT", "we need something here", "text")
    if len(text) > MAX_COMMENT:
        return ("TOO_LONG", f"this is too long (max: {MAX_COMMENT})", "text")
    return None


def _page_query(query: Mapping[str, str]) -> PageQuery:
    return PageQuery(
        limit=min(MAX_LIMIT, max(1, _whole(query.get("limit"), DEFAULT_LIMIT))),
        before=query.get("before") or None,
        after=query.get("after") or None,
        count=_whole(query.get("count"), 0),
    )


def _whole(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() else default


def _listing_wire(things: Sequence[Json | msgspec.Raw], *, before: str | None = None, after: str | None = None) -> Json:
    return {
        "kind": "Listing",
        "data": {
            "children": things,
            "dist": len(things),
            "before": before,
            "after": after,
            "modhash": None,
            "geo_filter": "",
        },
    }
