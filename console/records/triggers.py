"""Triggers that Django's migrations make, in the words of SQLite or PostgreSQL."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import migrations


def forget_with_conversation(table: str, column: str = "conversation") -> migrations.RunPython:
    """A migration step: rows of `table` go when their conversation goes, whoever removes it and from whichever process."""
    name = f"{table}_forget"
    sqlite = [f'CREATE TRIGGER "{name}" AFTER DELETE ON conversations BEGIN DELETE FROM "{table}" WHERE "{column}" = old.id; END']
    postgresql = [
        f"""CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN DELETE FROM "{table}" WHERE "{column}" = old.id; RETURN NULL; END $$
            LANGUAGE plpgsql""",
        f"CREATE TRIGGER {name} AFTER DELETE ON conversations FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
    return _step(sqlite, postgresql, [f'DROP TRIGGER IF EXISTS "{name}"'], [f"DROP TRIGGER {name} ON conversations", f"DROP FUNCTION {name}()"])


def only_append(table: str) -> migrations.RunPython:
    """A migration step: rows of `table` can be added, and never changed or removed."""
    sqlite = [
        f"""CREATE TRIGGER "{table}_no_{word}" BEFORE {word.upper()} ON "{table}" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
        for word in ("update", "delete")
    ]
    postgresql = [
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$ LANGUAGE plpgsql",
        f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION {table}_refuse()""",
        f"""CREATE TRIGGER {table}_no_emptying BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()""",
    ]
    backwards = [f'DROP TRIGGER "{table}_no_{word}"' for word in ("update", "delete")]
    return _step(sqlite, postgresql, backwards, [f"DROP FUNCTION {table}_refuse() CASCADE"])


def _step(sqlite: list[str], postgresql: list[str], sqlite_back: list[str], postgresql_back: list[str]) -> migrations.RunPython:
    def run(by_sqlite: list[str], by_postgresql: list[str]) -> Callable[[Any, Any], None]:
        def step(apps: Any, editor: Any) -> None:
            for statement in by_sqlite if editor.connection.vendor == "sqlite" else by_postgresql:
                editor.execute(statement)

        return step

    return migrations.RunPython(run(sqlite, postgresql), run(sqlite_back, postgresql_back))
