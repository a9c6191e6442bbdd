"""Every table that the assistant writes. The console reads the same rows and adds its own (`console_*`).

Moments are seconds since 1970 in UTC. `conversation` is always a pseudonym (`bot/privacy.py`), never an address.
Words in `events` are redacted before they come here. Migrations live beside this file.
"""
from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(24), nullable=False),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("last_at", sa.Float, nullable=False, index=True),
    sa.Column("events", sa.Integer, nullable=False, default=0),  # how many are stored; the next one's `seq`
    sa.Column("messages", sa.Integer, nullable=False, default=0),  # how many the person wrote
    sa.Column("snapshot", sa.Text, nullable=False, default="{}"),  # slots, active loop, pause: what the next turn needs
    sa.Column("consent", sa.String(8), nullable=False, default="session"),  # session | keep | refused
    sa.Column("country", sa.String(8)),
    sa.Column("danger", sa.String(40)),  # the gravest that was heard, and its level: watch | urgent | emergency
    sa.Column("level", sa.String(12), index=True),
    sa.Column("level_at", sa.Float),
    sa.Column("legal_hold", sa.Boolean, nullable=False, default=False),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String(64), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),  # Rasa's type name: user, bot, action, slot, ...
    sa.Column("name", sa.String(120)),  # the intent, the action, the slot
    sa.Column("answer", sa.String(80)),  # of a user event: the best answer's id, its score, what was decided
    sa.Column("score", sa.Float),
    sa.Column("decision", sa.String(16)),
    sa.Column("danger", sa.String(40)),
    sa.Column("level", sa.String(12)),
    sa.Column("language", sa.String(8)),  # a guess at what was typed: en | other; null where nothing was read
    sa.Column("text", sa.Text),  # what was said by person, bot or staff, as redacted; full-text search is over this
    sa.Column("data", sa.Text, nullable=False),  # the whole event, as JSON
    sa.UniqueConstraint("conversation", "seq"),
    sa.Index("events_by_kind", "kind", "name", "at"),
    sa.Index("events_by_answer", "answer", "at"),
    sa.Index("events_by_decision", "decision", "at"),
    sa.Index("events_by_level", "level", "at"),
    sa.Index("events_by_at", "at"),
    sa.Index("events_by_language", "language", "at"),
    sa.Index("events_by_filters", "conversation", "kind", "name", "answer", "decision", "score", "language"),
)

addresses = sa.Table(  # where a pushed message goes, such as a chat id: sealed, and nowhere else
    "addresses",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(24), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("gone_at", sa.Float),  # the person left: blocked, deleted
    sa.Column("created_at", sa.Float, nullable=False),
)

keys = sa.Table(  # which keys (bot/privacy.py) pseudonyms and seals here were made with; a fingerprint tells nothing of a key
    "keys",
    metadata,
    sa.Column("fingerprint", sa.String(16), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)

seen = sa.Table(  # message ids that were handled, so that each is handled once, over restarts too
    "seen",
    metadata,
    sa.Column("channel", sa.String(24), primary_key=True),
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("message", sa.String(80), primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("replies", sa.Text),  # JSON, to be sent again to whoever asks again; null while it is being answered
)

inbox = sa.Table(  # messages that a platform was told we have, and that are not answered yet: sealed, removed once they are
    "inbox",
    metadata,
    sa.Column("channel", sa.String(24), primary_key=True),
    sa.Column("message", sa.String(80), primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

sent = sa.Table(  # what a person can have taken back by /exit: numbers that the platform gave our messages, for 48 hours
    "sent",
    metadata,
    sa.Column("channel", sa.String(24), primary_key=True),
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("message", sa.String(80), primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
)

takeovers = sa.Table(  # who of the staff speaks in the bot's place; no row: the bot does
    "takeovers",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("staff", sa.String(150), nullable=False),
    sa.Column("shown_name", sa.String(80), nullable=False),
    sa.Column("began_at", sa.Float, nullable=False),
    sa.Column("last_at", sa.Float, nullable=False),
)

cases = sa.Table(  # somebody asked for a person, or needs one
    "cases",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),  # made by whoever opens it, so that opening twice opens once
    sa.Column("conversation", sa.String(64), index=True),  # null once the person deleted the conversation
    sa.Column("channel", sa.String(24), nullable=False),
    sa.Column("level", sa.String(12), nullable=False),  # none | watch | urgent | emergency
    sa.Column("danger", sa.String(40)),
    sa.Column("wish", sa.String(16), nullable=False),  # call_back | talk_now | check | danger
    sa.Column("country", sa.String(8)),
    sa.Column("state", sa.String(12), nullable=False, default="new", index=True),  # new | taken | done
    sa.Column("owner", sa.String(150)),
    sa.Column("opened_at", sa.Float, nullable=False),
    sa.Column("taken_at", sa.Float),
    sa.Column("closed_at", sa.Float),
    sa.Column("told_at", sa.Float),  # when staff were told by e-mail or webhook
    sa.Column("version", sa.Integer, nullable=False, default=1),
)

contacts = sa.Table(  # how to call somebody back: sealed, for the case's owner only, deleted with the case's end
    "contacts",
    metadata,
    sa.Column("case", sa.String(40), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
)

withdrawn = sa.Table(  # an answer or a helpline that staff took out of use; replies obey from the next message
    "withdrawn",
    metadata,
    sa.Column("kind", sa.String(12), primary_key=True),  # answer | helpline
    sa.Column("id", sa.String(120), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("by", sa.String(150), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

feedback = sa.Table(  # a thumb up or down on one reply
    "feedback",
    metadata,
    sa.Column("conversation", sa.String(64), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("good", sa.Boolean, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

removals = sa.Table(  # that something was removed, and how much: never whose
    "removals",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("why", sa.String(16), nullable=False),  # person | staff | purge
    sa.Column("conversations", sa.Integer, nullable=False),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("kept", sa.Text, nullable=False, default="[]"),  # open dangers that stay, without the pseudonym: JSON
)
