"""The store: opens the database, hands out units of work."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.clock import Clock
from core.errors import StorageError
from core.ports.brands import BrandRepository
from core.ports.cases import CaseRepository
from core.ports.casework import CaseworkRepository
from core.ports.counts import CountRepository
from core.ports.learning import CauseRepository, CsatRepository, RuleRepository, VerdictRepository
from core.ports.ledger import LedgerRepository
from core.ports.members import MemberRepository
from core.ports.mentions import MentionRepository
from core.ports.moderating import ModerationRepository
from core.ports.outbox import OutboxRepository
from core.ports.purging import PurgeLog
from core.ports.replying import SwitchRepository, TemplateRepository
from core.ports.storing import Unit
from core.ports.watching import WatchRepository
from core.text import mark
from core.types.post import Removal, Source
from storage import schema, scrubbing, tables
from storage.brands import Brands
from storage.cases import Cases
from storage.casework import Casework
from storage.causes import Causes, Csat
from storage.connect import database_path, reader_engine, require_writable, told_apart, writer_engine
from storage.counts import Counts
from storage.learning import Rules, Verdicts
from storage.ledger import Ledger
from storage.members import Members
from storage.mentions import Mentions
from storage.moderation import Moderations
from storage.outbox import Outbox
from storage.purge_log import PurgeEntries
from storage.purging import purged_before
from storage.residue import has_residue
from storage.session import Keys, Session
from storage.templates import Switches, Templates
from storage.times import micros
from storage.watching import Watch
from storage.writer import Writer

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class SqlUnit:
    """One transaction's view of the store: a repository per aggregate."""

    __slots__ = (
        "brands",
        "cases",
        "casework",
        "causes",
        "counts",
        "csat",
        "ledger",
        "members",
        "mentions",
        "moderation",
        "outbox",
        "purge_log",
        "rules",
        "switches",
        "templates",
        "verdicts",
        "watch",
    )

    def __init__(self, session: Session) -> None:
        self.mentions: MentionRepository = Mentions(session)
        self.cases: CaseRepository = Cases(session)
        self.outbox: OutboxRepository = Outbox(session)
        self.purge_log: PurgeLog = PurgeEntries(session)
        self.ledger: LedgerRepository = Ledger(session)
        self.brands: BrandRepository = Brands(session)
        self.members: MemberRepository = Members(session)
        self.counts: CountRepository = Counts(session)
        self.watch: WatchRepository = Watch(session)
        self.casework: CaseworkRepository = Casework(session)
        self.templates: TemplateRepository = Templates(session)
        self.switches: SwitchRepository = Switches(session)
        self.moderation: ModerationRepository = Moderations(session)
        self.verdicts: VerdictRepository = Verdicts(session)
        self.rules: RuleRepository = Rules(session)
        self.causes: CauseRepository = Causes(session)
        self.csat: CsatRepository = Csat(session)


class SqlStore:
    """An SQLite database: one writer, many readers. Made by `open`."""

    def __init__(self, path: Path, writer: Writer, readers: AsyncEngine, keys: Keys, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._writer = writer
        self._readers = readers
        self._keys = keys
        self._closed = False
        self._open = asyncio.Event()
        self._open.set()

    @classmethod
    async def open(cls, url_or_path: str | Path, *, clock: Clock, secret: bytes | None = None) -> SqlStore:
        """Open a database; make it where there is none, bring it to the newest schema where it is older.

        `secret` is the installation's; without one the database keeps its own. Raises ConfigError for an address
        that is no SQLite file, and StorageError (damaged, newer, not writable, another installation's).
        """
        path = database_path(url_or_path)
        await asyncio.to_thread(_prepare, path)
        writer = Writer(writer_engine(path), path)
        with told_apart(path):
            await writer.start()
        try:
            keys = await writer.submit(lambda connection: _keys(connection, secret, path))
        except BaseException:
            await writer.close()
            raise
        _log.info("storage.opened", schema=schema.REVISION)
        return cls(path, writer, reader_engine(path), keys, clock)

    async def write(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Run `work` on the single writer and return its result once it is durable.

        A caller that is cancelled while it waits gets no result; a work that has begun is finished all the same.
        """

        async def run(connection: AsyncConnection) -> T:
            session = Session(connection, self._keys)
            try:
                return await work(SqlUnit(session))
            finally:
                session.close()

        return await self._writer.submit(run)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        """Open a reader; it sees one consistent state and cannot write."""
        await self._open.wait()
        if self._closed:
            raise RuntimeError("the store is closed")
        with told_apart(self.path):
            async with self._readers.connect() as connection:
                session = Session(connection, self._keys)
                try:
                    yield SqlUnit(session)
                finally:
                    session.close()

    def author_key(self, source: Source, native_id: str) -> str:
        """Return the HMAC key of an author under this installation's secret."""
        return self._keys.author(source, native_id)

    async def scrub(self) -> None:
        """Drive purged bytes off the disk: FTS optimise, checkpoint TRUNCATE, VACUUM where stale copies are left.

        Does nothing where nothing was purged or edited since it last came through. Raises StorageError when a reader
        stays in the way; the next scrub then goes on.
        """
        now = micros(self._clock.now())
        mark = await self._writer.submit(lambda connection: scrubbing.optimise(connection, now))
        if mark is None:
            return
        await self._truncate()
        vacuum = await self._writer.submit(lambda _: asyncio.to_thread(has_residue, self.path), alone=True)
        if vacuum:
            await self._writer.submit(scrubbing.vacuum, alone=True)
            await self._truncate()
        await self._writer.submit(lambda connection: scrubbing.unmark(connection, mark))
        _log.info("storage.scrubbed", vacuum=vacuum)

    async def purged_before(self) -> list[Removal]:
        """Return the removals of posts that the purge log names and that are here all the same, after a restore."""
        with told_apart(self.path):
            async with self._readers.connect() as connection:
                return await purged_before(Session(connection, self._keys))

    async def _truncate(self) -> None:
        for _ in range(scrubbing.ATTEMPTS):
            self._open.clear()  # whoever wants to read now waits until the log is empty
            try:
                if await self._writer.submit(scrubbing.truncate, alone=True):
                    return
            finally:
                self._open.set()
            await asyncio.sleep(0)
        held = mark("{path}: a long read keeps purged bytes on the disk; scrub again when it is over")
        raise StorageError(held, path=self.path)

    async def close(self) -> None:
        """Finish what is queued and close."""
        self._closed = True
        await self._writer.close()
        await self._readers.dispose()


def _prepare(path: Path) -> None:
    """Make or upgrade the file, outside the event loop."""
    _make_folder(path.parent)
    require_writable(path)
    schema.bring_up(path, schema.revision_of(path))


def _make_folder(folder: Path) -> None:
    """Make the folder itself, not those above it: a mistyped path shall not grow a tree."""
    if not folder.exists() and folder.parent.is_dir():
        try:
            folder.mkdir(exist_ok=True)
        except OSError:
            return  # `require_writable` says what is wrong


async def _keys(connection: AsyncConnection, secret: bytes | None, path: Path) -> Keys:
    """Return the database's keys; the first secret it is opened with stays its own."""
    rows = await connection.execute(select(tables.install.c.name, tables.install.c.value))
    known: dict[str, str] = {row.name: row.value for row in rows}
    if "secret" not in known:
        known["secret"] = (secret or secrets.token_bytes(32)).hex()
        await connection.execute(insert(tables.install).values(name="secret", value=known["secret"]))
    if secret is not None and secret.hex() != known["secret"]:
        other = mark("{path} belongs to an installation with another secret; give that one, or none")
        raise StorageError(other, path=path)
    return Keys(bytes.fromhex(known["secret"]), bytes.fromhex(known["salt"]))
