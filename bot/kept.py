"""What the running assistant says: the content and the register that its model was trained with.

`data/` may be in the middle of an edit, or broken, while people write to the assistant. So training keeps a copy beside
the model, and serving uses that; only where there is none is `data/` read.
"""
from __future__ import annotations

import functools
import pickle

from bot import content, helplines
from bot.settings import DATA, MODELS

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
    """The helpline register that is served."""
    return both()[1]
