"""Build what reading needs under models/language, when its data or code has changed."""
from __future__ import annotations

import hashlib
import pathlib
import shutil
import sys
import time

from bot.settings import LANGUAGE_BUILT, LANGUAGE_DATA, ROOT

CODE = ("noise.py", "pipeline.py", "encoder.py")
DATA = ("texting.yml", "entities.yml", "vocabulary.txt")


def wanted() -> str:
    """The hash of everything that goes into the built files."""
    paths = [ROOT / "bot" / "language" / name for name in CODE] + [LANGUAGE_DATA / name for name in DATA] + [ROOT / "requirements.lock"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def main(target: pathlib.Path = LANGUAGE_BUILT) -> int:
    """Build if needed, and say what takes time."""
    stamp = target / "built"
    if stamp.exists() and stamp.read_text() == wanted():
        return 0
    from bot.language import reading

    started = time.monotonic()
    print("Build: language pipeline and sentence encoder (about half a minute) ...", file=sys.stderr)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    reading.build(LANGUAGE_DATA, target)
    stamp.write_text(wanted())
    print(f"Build: done in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
