"""Pseudonyms and seals: who writes is known to nobody, and what must be kept readable is kept locked.

A channel turns an address (a chat id, a session) into a pseudonym before Rasa, logs or tables see it: a keyed hash, so
that nobody who has the database can try all addresses out. What must be read again, such as where a message is to be
sent, is sealed instead. Both use the key ring: keys newest first, from the environment (`MOORING_KEYS`, parted by
spaces) or from a file that is made on the first run. New pseudonyms and seals use the newest key; the older ones still
find a conversation and open a seal.

`python -m bot.privacy rotate` adds a key, `retire` drops those that were replaced longer ago than anything is kept,
`check` says whether these keys fit the database.
"""
from __future__ import annotations

import base64
import dataclasses
import datetime
import functools
import hashlib
import hmac
import os
import pathlib
import re
import secrets
import sys
from collections.abc import Sequence

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot import settings
from bot.storage import tables

FILE = settings.ROOT / "var" / "keys"
VARIABLE = "MOORING_KEYS"
KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
LONGEST_KEPT = 400  # days after its replacement that a key is still of use: the longest retention, and some


class KeyTrouble(RuntimeError):
    """The keys are missing, wrong, or readable by others. Nothing was changed; the message says what to do."""


@dataclasses.dataclass(frozen=True)
class Ring:
    """The keys, newest first, and the day on which each was made where that is known."""

    keys: tuple[str, ...]
    made_on: tuple[datetime.date | None, ...] = ()

    def pseudonyms(self, channel: str, address: str) -> list[str]:
        """What `address` is called under each key, newest first."""
        # The length keeps "a" + "bc" and "ab" + "c" apart.
        said = f"{len(channel)}:{channel}:{address}".encode("utf-8", "surrogatepass")
        return [hmac.new(derive(key, "pseudonym"), said, hashlib.sha256).hexdigest()[:32] for key in self.keys]

    @functools.cached_property
    def lock(self) -> MultiFernet:
        """Seals with the newest key, opens with any."""
        return MultiFernet([Fernet(base64.urlsafe_b64encode(derive(key, "seal"))) for key in self.keys])

    def fingerprints(self) -> list[str]:
        """What tells the keys apart and says nothing about them."""
        return [derive(key, "fingerprint").hex()[:16] for key in self.keys]


def pseudonym(channel: str, address: str) -> str:
    """The name under which a new conversation of `address` is kept: 32 hexadecimal digits. Raises KeyTrouble."""
    return ring().pseudonyms(channel, address)[0]


def pseudonyms(channel: str, address: str) -> list[str]:
    """Every name that `address` may be kept under, newest key first. Raises KeyTrouble."""
    return ring().pseudonyms(channel, address)


def seal(text: str | bytes) -> bytes:
    """`text`, locked with the newest key. Raises KeyTrouble."""
    return ring().lock.encrypt(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)


def unseal(sealed: bytes) -> str:
    """What was sealed. Raises KeyTrouble where no key opens it."""
    try:
        return ring().lock.decrypt(sealed).decode("utf-8", "surrogatepass")
    except InvalidToken:
        remedy = "put the keys back that were in use before; nothing was changed"
        raise KeyTrouble(f"no key of {source()} opens what was sealed: {remedy}") from None


def derive(key: str, purpose: str) -> bytes:
    """32 bytes for one purpose, so that no two uses share a secret."""
    return hmac.new(base64.urlsafe_b64decode(key), f"mooring {purpose}".encode(), hashlib.sha256).digest()


def source() -> str:
    """Where the keys come from, in words."""
    return VARIABLE if os.environ.get(VARIABLE) else str(FILE.relative_to(settings.ROOT) if FILE.is_relative_to(settings.ROOT) else FILE)


def ring() -> Ring:
    """The keys in use. A changed file is read again. Raises KeyTrouble where they are missing, wrong or readable by others."""
    given = os.environ.get(VARIABLE)
    if given:
        return parse(given.replace(",", " ").replace(" ", "\n"), VARIABLE)
    try:
        state = FILE.stat()
    except FileNotFoundError:
        make_first()
        state = FILE.stat()
    if state.st_mode & 0o077:
        remedy = f"run `chmod 600 {source()}`, then `python -m bot.privacy rotate`"
        raise KeyTrouble(f"{source()}: others can read the keys (mode {state.st_mode & 0o777:04o}): {remedy}")
    return read(FILE, state.st_mtime_ns, state.st_ino)


@functools.lru_cache(maxsize=4)
def read(file: pathlib.Path, changed: int, number: int) -> Ring:
    """The ring of a file; `changed` and `number` tell its versions apart."""
    return parse(file.read_text(encoding="ascii", errors="replace"), source())


@functools.lru_cache(maxsize=4)
def parse(text: str, name: str) -> Ring:
    """Keys, one a line, each with the day it was made. Raises KeyTrouble naming the line, never the key."""
    keys, days = [], []
    for place, line in enumerate(text.splitlines(), 1):
        key, _, day = line.partition(" ")
        if not key or key.startswith("#"):
            continue
        if not KEY.fullmatch(key):
            remedy = "it must be 44 characters, as `python -m bot.privacy new` prints; nothing was changed"
            raise KeyTrouble(f"{name}: key {place} is not one: {remedy}")
        keys.append(key)
        days.append(day_of(day.strip()))
    if not keys:
        raise KeyTrouble(f"{name}: there is no key in it: put the keys back that were in use before; nothing was changed")
    return Ring(tuple(keys), tuple(days))


def day_of(text: str) -> datetime.date | None:
    """An ISO day; None for anything else."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def new_key() -> str:
    """A fresh key."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def make_first() -> None:
    """Make the key file. Raises KeyTrouble where the database was written with keys that are now missing."""
    if used_keys():
        remedy = f"put the file back, or set {VARIABLE}; nothing was changed"
        raise KeyTrouble(f"{source()} is missing, and the database was written with its keys: {remedy}")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    beside = write_beside(Ring((new_key(),), (settings.now().date(),)))
    try:
        # Two processes may start together: a link never replaces the other's file.
        os.link(beside, FILE)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def write_beside(keys: Ring) -> pathlib.Path:
    """Write `keys` next to the key file, readable by its owner alone."""
    beside = FILE.with_name(f"{FILE.name}.{os.getpid()}.{secrets.token_hex(4)}")
    days = keys.made_on or (None,) * len(keys.keys)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.writelines(f"{key} {day or ''}".rstrip() + "\n" for key, day in zip(keys.keys, days))
        file.flush()
        os.fsync(file.fileno())
    return beside


def used_keys(connection: sa.engine.Connection | None = None) -> list[str]:
    """Fingerprints of the keys that the database was written with, newest first; none where there is no database yet."""
    order = sa.select(tables.keys.c.fingerprint).order_by(tables.keys.c.at.desc())
    if connection is not None:
        return [row[0] for row in connection.execute(order)]
    from bot.storage import database

    engine = database.engine()
    if engine.dialect.name == "sqlite" and not os.path.exists(engine.url.database or ""):
        return []
    with engine.connect() as own:
        return used_keys(own) if sa.inspect(own).has_table("keys") else []


def check(connection: sa.engine.Connection, *, now: float | None = None) -> None:
    """Remember which keys the database is written with. Raises KeyTrouble where it was written with others; changes nothing then.

    Every process calls it once at its start, within a transaction that it commits.
    """
    known, ours = used_keys(connection), ring().fingerprints()
    if known and known[0] not in ours:
        raise KeyTrouble(f"the keys of {source()} are not those that the database was written with: put those back; nothing was changed")
    moment = settings.now().timestamp() if now is None else now
    for age, fingerprint in enumerate(ours):
        if fingerprint not in known:
            connection.execute(tables.keys.insert().values(fingerprint=fingerprint, at=moment - age))


def rotate(connection: sa.engine.Connection | None = None) -> int:
    """Put a new key before the others of the file and seal anew what is sealed; how much that was. Raises KeyTrouble."""
    if os.environ.get(VARIABLE):
        remedy = "put a new key (`python -m bot.privacy new`) before the others there, start the processes again, and run `reseal`"
        raise KeyTrouble(f"{VARIABLE} is set, so {remedy}")
    old = ring()
    days = old.made_on or (None,) * len(old.keys)
    write_beside(Ring((new_key(), *old.keys), (settings.now().date(), *days))).replace(FILE)
    return reseal(connection) if connection is not None else 0


def reseal(connection: sa.engine.Connection) -> int:
    """Seal with the newest key whatever any table holds sealed; how many rows. Raises KeyTrouble, and nothing is changed then."""
    check(connection)
    lock, done = ring().lock, 0
    for table in (one for one in tables.metadata.sorted_tables if "sealed" in one.c):
        keys = list(table.primary_key.columns)
        for row in connection.execute(sa.select(*keys, table.c.sealed).with_for_update()).fetchall():
            try:
                anew = lock.rotate(row[-1])
            except InvalidToken:
                raise KeyTrouble(f"no key of {source()} opens a row of {table.name}: put the older keys back; nothing was changed") from None
            this = sa.and_(*(key == value for key, value in zip(keys, row)))
            connection.execute(table.update().where(this).values(sealed=anew))
            done += 1
    return done


def retire(*, days: int = LONGEST_KEPT) -> int:
    """Drop from the file the keys that were replaced more than `days` ago; how many. The newest stays. Raises KeyTrouble."""
    if os.environ.get(VARIABLE):
        raise KeyTrouble(f"{VARIABLE} is set, so take the oldest keys out there")
    old = ring()
    limit = settings.now().date() - datetime.timedelta(days=days)
    replaced: Sequence[datetime.date | None] = old.made_on[:-1]  # a key ends on the day on which the next newer was made
    kept = 1 + sum(1 for day in replaced if day is None or day >= limit)
    if kept < len(old.keys):
        write_beside(Ring(old.keys[:kept], old.made_on[:kept])).replace(FILE)
    return len(old.keys) - kept


def main(words: Sequence[str]) -> int:
    """The command: new, check, rotate, reseal, retire. 1 when something is wrong."""
    from bot.storage import database

    say = sys.stdout.write
    try:
        if words == ["new"]:
            say(new_key() + "\n")
        elif words == ["retire"]:
            say(f"{retire()} keys dropped.\n")
        elif words in (["check"], ["rotate"], ["reseal"]):
            database.upgrade()
            with database.writing(database.engine()) as connection:
                check(connection)
                done = len(ring().keys) if words == ["check"] else rotate(connection) if words == ["rotate"] else reseal(connection)
            say(f"The keys fit the database: {done}.\n" if words == ["check"] else f"{done} seals made anew.\n")
        else:
            sys.stderr.write("usage: python -m bot.privacy new | check | rotate | reseal | retire\n")
            return 2
    except KeyTrouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
