"""What the running assistant says: the content and the register that its model was trained with.

`data/` may be in the middle of an edit, or broken, while people write to the assistant. So training keeps a copy beside
the model, and serving uses that; only where there is none is `data/` read.
"""
from __future__ import annotations

import dataclasses
import functools
import pickle

from bot import content, helplines
from bot.settings import DATA, MODELS
from bot.storage import withdrawn

FILE = MODELS / "content.pickle"


def keep() -> None:
    """Write the copy. Raises ContentError or RegisterError, each listing every problem, and then the old copy stays."""
    copy = pickle.dumps((content.shared(), helplines.load_register(DATA / "helplines")))
    MODELS.mkdir(exist_ok=True)
    new = FILE.with_suffix(".new")
    new.write_bytes(copy)
    new.replace(FILE)


@functools.lru_cache(maxsize=1)
def both() -> tuple[content.Content, helplines.Register]:
    """Content and register, from the copy where there is one."""
    try:
        found: tuple[content.Content, helplines.Register] = pickle.loads(FILE.read_bytes())
    except Exception:
        # No copy yet, or one of another version of the code: read what is there.
        return content.shared(), helplines.load_register(DATA / "helplines")
    return found


def said() -> content.Content:
    """The content that is served."""
    return both()[0]


def register() -> helplines.Register:
    """The helpline register that is served, without the lines that staff have withdrawn."""
    gone = withdrawn.current().helplines
    return without(gone) if gone else both()[1]


@functools.lru_cache(maxsize=2)
def without(gone: frozenset[str]) -> helplines.Register:
    """The register less some lines. Emergency numbers are no lines to be withdrawn: `do_not_use` is for those."""
    whole = both()[1]
    gone -= {id for id, line in whole.lines.items() if line.never_withheld()}
    homes = {
        code: dataclasses.replace(home, lines=tuple(line for line in home.lines if line.id not in gone))
        for code, home in whole.countries.items()
    }
    return dataclasses.replace(whole, countries=homes, lines={id: line for id, line in whole.lines.items() if id not in gone})
