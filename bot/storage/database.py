"""The one database of all processes: where it is, how it is opened and written, and how its tables are brought up to date.

SQLite by default, PostgreSQL by `MOORING_DATABASE`. Both are written one conversation at a time and durably.
"""
from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import threading
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, Dialect, Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.settings import ROOT

VERSION_TABLE = "storage_version"
MIGRATIONS = pathlib.Path(__file__).parent / "migrations"
PATIENCE = 4  # seconds that one waits for another's write
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a reply leaves only when the message is on the disk
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten
    "temp_store=MEMORY",  # no words in temporary files
    "journal_size_limit=1048576",
)
REMOVED = "removed words"  # noted on a connection whose transaction deletes, so that the log is emptied after it
UPGRADE_TRIES = 30  # each waits PATIENCE for another process that brings the tables up to date
UPGRADE_LOCK = 6_277_101  # any number that no other program takes in this database

_engines: dict[tuple[int, str], Engine] = {}
_making = threading.Lock()


class DatabaseProblem(Exception):
    """The database cannot be used as it is; the message names cause and remedy, and nothing was changed."""


def url() -> str:
    """The database's address: MOORING_DATABASE, or a file in `var/`."""
    return os.environ.get("MOORING_DATABASE") or f"sqlite:///{ROOT / 'var' / 'mooring.sqlite3'}"


def engine(address: str | None = None) -> Engine:
    """The engine for an address, one a process (a fork gets its own). Makes an SQLite file that only its owner can read.

    Raises DatabaseProblem for an address that names neither SQLite nor PostgreSQL.
    """
    wanted = (os.getpid(), address or url())
    with _making:
        if wanted not in _engines:
            _engines[wanted] = _make(wanted[1])
        return _engines[wanted]


def _make(address: str) -> Engine:
    try:
        parsed = make_url(address.replace("postgres://", "postgresql://", 1))
    except sa.exc.ArgumentError as error:
        raise DatabaseProblem("MOORING_DATABASE is no database address. Write it like postgresql://user@host/name.") from error
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        _make_private_file(pathlib.Path(parsed.database or ""))
        options: dict[str, Any] = {"connect_args": {"timeout": PATIENCE, "check_same_thread": False}, "poolclass": sa.pool.QueuePool}
    elif kind == "postgresql":
        options = {"connect_args": {"connect_timeout": 5, "options": f"-c lock_timeout={PATIENCE}s"}, "pool_pre_ping": True}
    else:
        raise DatabaseProblem(f"MOORING_DATABASE names {kind}. Only sqlite and postgresql are known.")
    # Parameters are hidden from error messages: they are what people say.
    made: Engine = sa.create_engine(parsed, future=True, hide_parameters=True, pool_size=5, max_overflow=20, pool_timeout=PATIENCE, **options)
    if kind == "sqlite":
        sa.event.listen(made, "connect", _set_pragmas)
        sa.event.listen(made, "begin", _begin)
    return made


def _make_private_file(path: pathlib.Path) -> None:
    if not path.name or path.name == ":memory:":
        raise DatabaseProblem("An SQLite database needs a file: write MOORING_DATABASE like sqlite:////srv/mooring/mooring.sqlite3.")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except PermissionError:
        # It may still be read, for instance by a staff command: writing says what is wrong.
        return
    except OSError as error:
        if path.exists():
            return
        raise DatabaseProblem(f"The database {path} cannot be made ({error.strerror}). Make its folder writable, or set MOORING_DATABASE.") from error


def _set_pragmas(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # Python's own driver would begin transactions by itself, and too late
    for pragma in PRAGMAS:
        with contextlib.suppress(Exception) if pragma.startswith("journal_mode") else contextlib.nullcontext():
            connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextlib.contextmanager
def writing(made: Engine | None = None) -> Iterator[Connection]:
    """A transaction that may write, committed at the end and rolled back on an error.

    On SQLite it is the only writer from its first moment, so what it read stays true. On PostgreSQL lock rows with FOR UPDATE.
    """
    made = made or engine()
    with _writer(made).begin() as connection:
        connection.info.pop(REMOVED, None)
        yield connection
        removed = connection.info.pop(REMOVED, False)
    if removed:
        scrub(made)


@functools.lru_cache(maxsize=64)
def _writer(made: Engine) -> Engine:
    return made.execution_options(writes=True)


def run(connection: Connection, statement: sa.sql.ClauseElement, **values: Any) -> CursorResult:
    """Execute a statement that is a constant of the program, with the values of its parameters: it is made into SQL once, not for each message."""
    return connection.execute(_compiled(statement, connection.dialect), values)


def add(connection: Connection, table: sa.Table, **row: Any) -> bool:
    """Add a row unless one with its key is there; whether it was added. What is given must always be the same columns of a table."""
    return bool(connection.execute(_adding(table, connection.dialect, tuple(row)), row).rowcount)


@functools.lru_cache(maxsize=512)
def _compiled(statement: sa.sql.ClauseElement, dialect: Dialect) -> sa.sql.Compiled:
    return statement.compile(dialect=dialect)


@functools.lru_cache(maxsize=512)
def _adding(table: sa.Table, dialect: Dialect, columns: tuple[str, ...]) -> sa.sql.Compiled:
    # SQLAlchemy makes this statement into SQL anew at every use otherwise, which costs ten times what it does.
    insert = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().compile(dialect=dialect, column_keys=list(columns))


def scrub(made: Engine) -> bool:
    """Take deleted words out of SQLite's log, too; False if others read so long that some may be left until the next time.

    PostgreSQL keeps deleted rows until VACUUM, and its log and backups for as long as its administrator decided (docs/privacy.md).
    """
    if made.dialect.name != "sqlite":
        return True
    with made.connect() as connection:
        # Outside a transaction: a checkpoint cannot be part of one.
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy: int = cursor.fetchone()[0]
        return not busy


@contextlib.contextmanager
def reading(made: Engine | None = None) -> Iterator[Connection]:
    """A connection for reading: everything it sees is of one moment on SQLite."""
    with (made or engine()).connect() as connection:
        yield connection


def revision(connection: Connection) -> str | None:
    """Which migration the database has reached; None for an empty one."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return found


def newest() -> str:
    """The version that this program brings: the number of its last migration."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def upgrade(address: str | None = None) -> None:
    """Bring the tables up to date, all or nothing; several processes may call this at once.

    Raises DatabaseProblem if the database is newer than this program, half-made, damaged, or cannot be reached or written.
    """
    made, tries = engine(address), UPGRADE_TRIES
    while True:
        try:
            with made.connect() as connection:
                if revision(connection) == newest():
                    return
            with writing(made) as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPGRADE_LOCK})
                return _migrate(connection)
        except DBAPIError as error:
            tries -= 1
            # Over many rows, whoever was quicker may take a while; each try waits for them.
            if tries == 0 or not any(sign in f"{type(error.orig).__name__} {error.orig}".lower() for sign in ("locked", "locknotavailable")):
                raise explain(error) from error


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from bot.storage.tables import metadata

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = revision(connection)
    if found is not None and found not in known:
        raise DatabaseProblem(f"The database is at version {found}, which this program does not know. Run the newer program, or restore a backup.")
    if found is None:
        stray = sorted(set(sa.inspect(connection).get_table_names()) & set(metadata.tables))
        if stray:
            raise DatabaseProblem(
                f"The database has tables ({', '.join(stray)}) but no version: a migration was left half done. "
                "Restore a backup, or start with an empty database."
            )
    command.upgrade(config, "head")


def explain(error: SQLAlchemyError) -> DatabaseProblem:
    """What to tell whoever runs the server about an error of the database: cause and remedy, without anybody's words."""
    cause = getattr(error, "orig", None) or error
    lowered = (str(cause).splitlines() or [""])[0].lower()
    remedies = {
        "readonly": "The database cannot be written: give this user the right to write the file and its folder.",
        "read-only": "The database cannot be written: give this user the right to write to it.",
        "full": "The disk is full: free some space. Nothing was half written.",
        "no space left": "The database server's disk is full: free some space. Nothing was half written.",
        "malformed": "The database file is damaged: restore a backup. `sqlite3 FILE .recover` saves what can be saved.",
        "not a database": "The file that MOORING_DATABASE names is no database: restore a backup, or name another file.",
        "locked": f"Another process kept the database for more than {PATIENCE} seconds: see what it is doing.",
        "no such table": "The database has no tables yet: run `python -m bot.storage upgrade`.",
        "undefinedtable": "The database has no tables yet: run `python -m bot.storage upgrade`.",
        "no such column": "The database is older than this program: run `python -m bot.storage upgrade`.",
        "disk i/o": "The disk failed: check it, and restore a backup if `python -m bot.storage check` finds damage.",
        "unable to open": "The database file cannot be opened: check that it exists and that this user may read it.",
        "queuepool limit": "All connections to the database are in use: see what keeps them, or run more processes.",
        "could not connect": "The database server does not answer: check that it runs and that MOORING_DATABASE is right.",
        "connection": "The database server does not answer: check that it runs and that MOORING_DATABASE is right.",
    }
    name = f"{type(cause).__name__} {lowered}".lower()
    remedy = next((remedy for sign, remedy in remedies.items() if sign in name), "Run `python -m bot.storage check`.")
    return DatabaseProblem(f"{remedy} ({type(cause).__name__})")
