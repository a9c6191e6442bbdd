"""For staff: `python -m bot.storage upgrade | purge [--every SECONDS] | delete ID | export ID | check [--mend]`."""
from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot import privacy, settings
from bot.storage import check, conversations, database, journal, retention, tables


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 0 if all is well, 1 if something needs a person, named on standard error."""
    given = arguments().parse_args(words)
    try:
        return int(given.run(given))
    except DBAPIError as error:
        print(database.explain(error), file=sys.stderr)
    except (database.DatabaseProblem, privacy.KeyTrouble, ValueError) as problem:
        print(problem, file=sys.stderr)
    return 1


def arguments() -> argparse.ArgumentParser:
    """What can be asked."""
    parser = argparse.ArgumentParser(prog="python -m bot.storage", description="Look after the database that MOORING_DATABASE names.")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("upgrade", help="bring the tables up to date").set_defaults(run=upgrade)
    purging = commands.add_parser("purge", help="remove what has lived long enough, and look whether it is gone")
    purging.add_argument("--every", type=float, metavar="SECONDS", help="go on, and purge again after so many seconds")
    purging.set_defaults(run=purge)
    for name, run, text in (("delete", delete, "remove a conversation and print the receipt"), ("export", export, "print all that is kept of one")):
        command = commands.add_parser(name, help=text)
        command.add_argument("conversation", help="its pseudonym")
        command.set_defaults(run=run)
    looking = commands.add_parser("check", help="look for damage, and for what should be gone")
    looking.add_argument("--mend", action="store_true", help="set counts right, drop damaged snapshots, make the full-text index anew")
    looking.set_defaults(run=look)
    return parser


def upgrade(given: argparse.Namespace) -> int:
    """Bring the tables up to date."""
    database.upgrade()
    print(f"The database is at version {database.newest()}.")
    return 0


def purge(given: argparse.Namespace) -> int:
    """Purge, once or again and again."""
    while True:
        database.upgrade()
        done = retention.purge(settings.now().timestamp())
        print(json.dumps(dataclasses.asdict(done)), flush=True)
        for problem in done.left:
            print(problem, file=sys.stderr, flush=True)
        if given.every is None:
            return 1 if done.left else 0
        time.sleep(given.every)


def delete(given: argparse.Namespace) -> int:
    """Delete one conversation."""
    with database.writing() as connection:
        receipt = conversations.delete(connection, given.conversation, "staff")
    print(json.dumps(dataclasses.asdict(receipt)))
    if receipt.held:
        print("A legal hold keeps this conversation. Nothing was removed.", file=sys.stderr)
    return 1 if receipt.held else 0


def export(given: argparse.Namespace) -> int:
    """Print what is kept."""
    with database.reading() as connection:
        found = conversations.export(connection, given.conversation)
    print(json.dumps(found, indent=2))
    if not found:
        print("Nothing is kept under this pseudonym.", file=sys.stderr)
    return 0 if found else 1


def look(given: argparse.Namespace) -> int:
    """Check, and mend what can be mended."""
    made = database.engine()
    with database.reading(made) as connection:
        reached = database.revision(connection)
    if reached != database.newest():
        print("The database is older than this program: run `python -m bot.storage upgrade`.", file=sys.stderr)
        return 1
    if given.mend:
        journal.replay(made)
        with database.writing(made) as connection:
            check.mend(connection)
    problems = list(check.problems(made, settings.now().timestamp()))
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        with database.reading(made) as connection:
            kept = connection.execute(sa.select(sa.func.count()).select_from(tables.conversations)).scalar()
        print(f"All good: {kept} conversations.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
