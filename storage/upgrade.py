"""Running the migrations in-process: no alembic.ini, no env.py."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from storage.connect import require_writable, sync_engine, told_apart
from storage.schema import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"


def script_directory() -> ScriptDirectory:
    """Return the migrations that come with this program."""
    return ScriptDirectory(str(MIGRATIONS))


def upgrade(path: Path, *, target: str = REVISION) -> None:
    """Bring a file to `target`; all steps are one transaction, so that an interrupted upgrade changes nothing.

    Raises StorageError naming the file and the mend.
    """
    require_writable(path)
    engine = sync_engine(path)
    try:
        with told_apart(path), engine.connect() as connection:
            run_steps(connection, target)
            connection.commit()
    finally:
        engine.dispose()


def run_steps(connection: Connection, target: str) -> None:
    """Run the steps up to `target` inside the connection's transaction."""
    scripts = script_directory()
    config = Config()
    # The steps come as functions of the revision the file has; no env.py stands between.
    with EnvironmentContext(
        config,
        scripts,
        fn=lambda revision, _: scripts._upgrade_revs(target, revision),
        destination_rev=target,
    ) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
