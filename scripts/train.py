"""Train the assistant when its content or code has changed; the old model stays until a new one is whole."""
from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import time

from bot import content, helplines, kept
from bot.settings import DATA, MODELS, ROOT
from scripts import adapt

STAMP = MODELS / "trained"
UNTRAINED = {"__pycache__", "storage", "redaction"}  # folders of bot/ that no model depends on
OTHER = ("config.yml", "domain.yml", "requirements.lock")


def wanted() -> str:
    """The hash of everything that a model depends on."""
    digest = hashlib.sha256()
    code = [path for path in (ROOT / "bot").rglob("*.py") if not UNTRAINED & set(path.relative_to(ROOT).parts)]
    texts = [path for path in DATA.rglob("*") if path.is_file()]
    for path in sorted([*code, *texts, *(ROOT / name for name in OTHER)]):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def main() -> int:
    """Train if needed; 1 when the content or the training failed and there is no older model to serve on."""
    models = sorted(MODELS.glob("*.tar.gz"))
    if models and STAMP.exists() and STAMP.read_text() == wanted():
        return 0
    try:
        content.shared()
        helplines.load_register(DATA / "helplines")
    except (content.ContentError, helplines.RegisterError) as error:
        print(f"Train: the content cannot be used:\n{error}", file=sys.stderr)
        return keep_old(bool(models))
    adapt.main()
    print("Train: content or code has changed, training (about a minute) ...", file=sys.stderr)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mooring-") as folder:
        from bot import logs

        logs.quiet()
        import rasa.model_training

        result = rasa.model_training.train(
            domain=str(ROOT / "domain.yml"), config=str(ROOT / "config.yml"), training_files=[str(DATA)], output=folder, force_training=False
        )
        if result.code != 0 or result.model is None:
            print("Train: training failed, see the messages above.", file=sys.stderr)
            return keep_old(bool(models))
        MODELS.mkdir(exist_ok=True)
        shutil.move(result.model, MODELS / "mooring.new")
    for old in models:
        old.unlink()
    (MODELS / "mooring.new").rename(MODELS / f"mooring-{time.strftime('%Y%m%d-%H%M%S')}.tar.gz")
    kept.keep()
    STAMP.write_text(wanted())
    print(f"Train: done in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


def keep_old(there_is_one: bool) -> int:
    """Say what goes on working; fail, unless `--keep-old` says that serving on is well enough."""
    print("Train: the old model is kept and can serve on." if there_is_one else "Train: there is no older model to serve.", file=sys.stderr)
    return 0 if there_is_one and "--keep-old" in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
