"""The first tables, and a full-text index over what was said."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "addresses",
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("gone_at", sa.Float),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("conversation"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation", sa.String(64)),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("danger", sa.String(40)),
        sa.Column("wish", sa.String(16), nullable=False),
        sa.Column("country", sa.String(8)),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("owner", sa.String(150)),
        sa.Column("opened_at", sa.Float, nullable=False),
        sa.Column("taken_at", sa.Float),
        sa.Column("closed_at", sa.Float),
        sa.Column("told_at", sa.Float),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cases_conversation", "cases", ["conversation"])
    op.create_index("ix_cases_state", "cases", ["state"])
    op.create_table(
        "contacts",
        sa.Column("case", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("case"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("last_at", sa.Float, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("consent", sa.String(8), nullable=False),
        sa.Column("country", sa.String(8)),
        sa.Column("danger", sa.String(40)),
        sa.Column("level", sa.String(12)),
        sa.Column("level_at", sa.Float),
        sa.Column("legal_hold", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conversations_last_at", "conversations", ["last_at"])
    op.create_index("ix_conversations_level", "conversations", ["level"])
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120)),
        sa.Column("answer", sa.String(80)),
        sa.Column("score", sa.Float),
        sa.Column("decision", sa.String(16)),
        sa.Column("danger", sa.String(40)),
        sa.Column("level", sa.String(12)),
        sa.Column("text", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation", "seq"),
    )
    op.create_index("events_by_answer", "events", ["answer", "at"])
    op.create_index("events_by_at", "events", ["at"])
    op.create_index("events_by_decision", "events", ["decision", "at"])
    op.create_index("events_by_kind", "events", ["kind", "name", "at"])
    op.create_index("events_by_level", "events", ["level", "at"])
    op.create_table(
        "feedback",
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("good", sa.Boolean, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("conversation", "seq"),
    )
    op.create_table(
        "inbox",
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("message", sa.String(80), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("channel", "message"),
    )
    op.create_index("ix_inbox_conversation", "inbox", ["conversation"])
    op.create_table(
        "keys",
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_table(
        "removals",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("conversations", sa.Integer, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("kept", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "seen",
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("message", sa.String(80), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("replies", sa.Text),
        sa.PrimaryKeyConstraint("channel", "conversation", "message"),
    )
    op.create_index("ix_seen_at", "seen", ["at"])
    op.create_table(
        "sent",
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("message", sa.String(80), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("channel", "conversation", "message"),
    )
    op.create_index("ix_sent_at", "sent", ["at"])
    op.create_table(
        "takeovers",
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("staff", sa.String(150), nullable=False),
        sa.Column("shown_name", sa.String(80), nullable=False),
        sa.Column("began_at", sa.Float, nullable=False),
        sa.Column("last_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("conversation"),
    )
    op.create_table(
        "withdrawn",
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("by", sa.String(150), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_WORDS:
            op.execute(statement)
    else:
        op.execute(POSTGRESQL_WORDS)


# The index keeps no copy of the words: it reads them from `events`, and the triggers take them out again.
SQLITE_WORDS = (
    "CREATE VIEW events_said AS SELECT id, text FROM events WHERE text IS NOT NULL",
    """CREATE VIRTUAL TABLE events_words USING fts5(text, content='events_said', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER events_words_in AFTER INSERT ON events WHEN new.text IS NOT NULL BEGIN
        INSERT INTO events_words(rowid, text) VALUES (new.id, new.text); END""",
    """CREATE TRIGGER events_words_out AFTER DELETE ON events WHEN old.text IS NOT NULL BEGIN
        INSERT INTO events_words(events_words, rowid, text) VALUES ('delete', old.id, old.text); END""",
    """CREATE TRIGGER events_words_change AFTER UPDATE OF text ON events WHEN old.text IS NOT NULL BEGIN
        INSERT INTO events_words(events_words, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO events_words(rowid, text) SELECT new.id, new.text WHERE new.text IS NOT NULL; END""",
)
POSTGRESQL_WORDS = "CREATE INDEX events_words ON events USING gin (to_tsvector('english', left(coalesce(text, ''), 20000)))"
