"""Bring every table up to date: the assistant's, then the console's. Safe to call from several processes at once."""
from __future__ import annotations

import os


def migrate() -> None:
    """Upgrade the tracker's tables and run Django's migrations. Raises DatabaseProblem as bot.storage.database does."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    from django.core.management import call_command

    from bot.storage import database

    database.upgrade()
    with one_at_a_time():
        call_command("migrate", interactive=False, verbosity=0)


class one_at_a_time:
    """Hold a lock beside the database, so that two processes that start together do not both make the tables."""

    def __enter__(self) -> None:
        """Wait for it."""
        import fcntl

        from bot.settings import ROOT

        folder = ROOT / "var"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._file = open(folder / "console.lock", "w", encoding="utf-8")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *error: object) -> None:
        """Let it go."""
        self._file.close()
