"""Fill the database with an invented month: `make demo`, or `python -m console.demo`. `--remove` takes it out again."""
from __future__ import annotations

import argparse
import sys

from bot import content, helplines, settings
from bot.storage import database
from console.demo import month, write


def main(arguments: list[str] | None = None) -> int:
    """The command; 1 when the database holds real conversations."""
    parser = argparse.ArgumentParser(prog="python -m console.demo", description=__doc__)
    parser.add_argument("--remove", action="store_true", help="take the invented month out and leave the database empty of it")
    parser.add_argument("--until", type=settings.parse_moment, help="the month's last moment; without it, now")
    parser.add_argument("--talks", type=int, default=400, help="how many conversations")
    options = parser.parse_args(arguments)
    database.upgrade()
    register = helplines.load_register(settings.DATA / "helplines")
    until = (options.until or settings.now()).timestamp()
    with database.writing(database.engine()) as connection:
        try:
            write.refuse_beside_real_words(connection)
        except write.RealWords as refusal:
            sys.stderr.write(f"{refusal}\n")
            return 1
        write.remove(connection)
        talks = () if options.remove else month.month(content.shared(), register, until=until, talks=options.talks)
        written = write.write(connection, talks)
    sys.stdout.write(f"{written} invented conversations.\n" if written else "The invented month is gone.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
