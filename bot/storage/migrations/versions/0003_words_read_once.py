"""PostgreSQL keeps what it reads out of each text, so that a search does not read thousands of texts anew. SQLite does so by itself."""
from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    "DROP INDEX events_words",
    # Generated, so it changes and goes with the text.
    "ALTER TABLE events ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('english', left(text, 20000))) STORED",
    "CREATE INDEX events_words ON events USING gin (words)",
)


def upgrade() -> None:
    """Add the column, and put the index on it."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in STATEMENTS:
            op.execute(statement)
