"""Check content, code and house rules in seconds; print every problem as `path: what is wrong, what to do`."""
from __future__ import annotations

import datetime
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

from bot import content_checks, helplines
from bot.helpline_report import due, expired
from bot.settings import DATA, ROOT

MAY_PRINT = re.compile(r"^(?:scripts|benchmarks|tests)/|^bot/ask\.py$|^.*/__main__\.py$|^bot/helpline_report\.py$")
REGISTRY = re.compile(r"(?:py[p]i\.org|pythonhost[e]d|registry\.np[m]js|index-ur[l])")
MACHINE = re.compile(r"(?<![\w.<-])/(?:wor[k]|roo[t]|hom[e]|User[s])/\w")
LINT = (("ruff", "check", "--quiet", "--output-format", "concise", "."), ("mypy", "--no-error-summary"))


def house(root: pathlib.Path = ROOT) -> Iterator[str]:
    """House rules that hold for every file of the project."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        path = root / name
        if not path.is_file() or path.suffix in {".png", ".svg", ".ico", ".woff2"}:
            continue
        for place, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if MACHINE.search(line):
                yield f"{name}:{place}: names a path of one machine, write it from the project's root"
            if REGISTRY.search(line):
                yield f"{name}:{place}: names a package registry, leave it to the person's own settings"
            if name.endswith(".py") and not MAY_PRINT.match(name) and re.match(r"\s*print\(", line):
                yield f"{name}:{place}: prints, log it or return it instead"


def lint(root: pathlib.Path = ROOT) -> Iterator[str]:
    """What ruff and mypy say, each in its own words."""
    for command in LINT:
        folders = [folder for folder in ("bot", "channels", "console", "actions", "scripts", "benchmarks") if (root / folder).is_dir()]
        extra = folders if command[0] == "mypy" else []
        ran = subprocess.run([sys.executable, "-W", "ignore", "-m", *command, *extra], cwd=root, capture_output=True, text=True)
        if ran.returncode:
            yield from (ran.stdout + ran.stderr).splitlines()


def warnings(today: datetime.date) -> tuple[list[str], list[str]]:
    """Helplines whose check is due (a warning), and those that are withheld for it (a problem)."""
    register, _ = helplines.read_register(DATA / "helplines")
    late = expired(register, today)
    soon = [line for line in due(register, today) if line not in late]
    words = "data/helplines/{}.yml: {} was to be checked by {}, look at its page"
    return [words.format(one.country.lower(), one.id, one.check_due()) for one in soon], [
        words.format(one.country.lower(), one.id, one.check_due()) + "; people are no longer given it" for one in late
    ]


def main() -> int:
    """Print what is wrong; 1 when anything is."""
    soon, late = warnings(datetime.datetime.now(datetime.timezone.utc).date())
    found = [*content_checks.problems(), *late, *house(), *([] if "--content" in sys.argv else lint())]
    for warning in soon:
        print(f"(soon) {warning}", file=sys.stderr)
    print("\n".join(found) if found else "All good.")
    if found:
        print(f"{len(found)} problems.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
