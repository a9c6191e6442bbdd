"""Build what reading needs under models/language, and the website chat, each when its data or code has changed."""
from __future__ import annotations

import hashlib
import pathlib
import shutil
import sys
import time

from bot.settings import LANGUAGE_BUILT, LANGUAGE_DATA, ROOT
from scripts import widget

CODE = ("noise.py", "pipeline.py", "encoder.py")
DATA = ("texting.yml", "entities.yml", "vocabulary.txt")


def wanted() -> str:
    """The hash of everything that goes into the built files."""
    paths = [ROOT / "bot" / "language" / name for name in CODE] + [LANGUAGE_DATA / name for name in DATA] + [ROOT / "requirements.lock"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def build_language(target: pathlib.Path = LANGUAGE_BUILT) -> None:
    """Build if needed, and say what takes time."""
    stamp = target / "built"
    if stamp.exists() and stamp.read_text() == wanted():
        return
    from bot.language import reading

    started = time.monotonic()
    print("Build: language pipeline and sentence encoder (about half a minute) ...", file=sys.stderr)
    stamp.unlink(missing_ok=True)  # what was learnt here (scripts/adapt.py) stays
    target.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target / "pipeline", ignore_errors=True)
    reading.build(LANGUAGE_DATA, target)
    stamp.write_text(wanted())
    print(f"Build: done in {time.monotonic() - started:.0f} s", file=sys.stderr)


def main() -> int:
    """Build both."""
    build_language()
    return widget.main()


if __name__ == "__main__":
    sys.exit(main())
