"""The learnt parts of the newest model, taken out of its archive without starting Rasa's agent."""
from __future__ import annotations

import dataclasses
import io
import pathlib
import tarfile
from typing import Any

import joblib

from bot import answers, risk
from bot.language.reading import Reader
from bot.settings import MODELS


@dataclasses.dataclass(frozen=True)
class Trained:
    """What reads, selects and hears, as the server has it."""

    reader: Reader
    selector: answers.Selector
    ears: risk.Ears
    model: str  # the archive's name


def newest(models: pathlib.Path = MODELS) -> pathlib.Path:
    """The newest model. Raises FileNotFoundError naming the remedy."""
    found = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise FileNotFoundError(f"{models}: there is no trained model, run `make train`")
    return found[-1]


def stored(archive: pathlib.Path, name: str) -> Any:
    """What a component of the model stored under a file name. Raises FileNotFoundError when it is not there."""
    with tarfile.open(archive) as files:
        for member in files.getmembers():
            if pathlib.PurePosixPath(member.name).name == name:
                file = files.extractfile(member)
                if file is not None:
                    return joblib.load(io.BytesIO(file.read()))
    raise FileNotFoundError(f"{archive}: {name} is not in the model, run `make train`")


def load() -> Trained:
    """The newest model's selector and ears, with this process's reader."""
    from bot.rasa_parts.danger import FILE as MEANING
    from bot.rasa_parts.danger import deaf_ears
    from bot.rasa_parts.reading import shared_reader
    from bot.rasa_parts.selector import FILE as SELECTOR

    archive = newest()
    selector = answers.Selector(stored(archive, SELECTOR))
    ears = dataclasses.replace(deaf_ears(), meaning=risk.Meaning(stored(archive, MEANING)))
    return Trained(shared_reader(), selector, ears, archive.name)
