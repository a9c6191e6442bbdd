"""Rows that the assistant writes (bot/storage/tables.py), without a word that anybody said. Never written from here."""
from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class ReadOnlyRows(models.QuerySet[Any]):
    """A query that can only be read."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("The tracker's rows are read-only here. Use the functions of bot/storage to change them.")

    create = bulk_create = update = delete = get_or_create = update_or_create = bulk_update = _refuse  # type: ignore[assignment]


class ReadOnly(models.Model):
    """A row that can only be read."""

    objects = ReadOnlyRows.as_manager()

    class Meta:
        """Django's own."""

        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse. Raises TypeError."""
        raise TypeError("The tracker's rows are read-only here. Use the functions of bot/storage to change them.")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse. Raises TypeError."""
        raise TypeError("The tracker's rows are read-only here. Use bot.storage.conversations.delete.")


class Conversation(ReadOnly):
    """One conversation, as the tracker counts it."""

    id = models.CharField(max_length=64, primary_key=True)
    channel = models.CharField(max_length=24)
    started_at = models.FloatField()
    last_at = models.FloatField()
    events = models.IntegerField()
    messages = models.IntegerField()
    consent = models.CharField(max_length=8)
    country = models.CharField(max_length=8, null=True)
    danger = models.CharField(max_length=40, null=True)
    level = models.CharField(max_length=12, null=True)
    level_at = models.FloatField(null=True)
    legal_hold = models.BooleanField()

    class Meta:
        """Django's own."""

        managed = False
        db_table = "conversations"


class EventPlace(ReadOnly):
    """What is known of an event beside its words."""

    id = models.BigIntegerField(primary_key=True)
    conversation = models.CharField(max_length=64)
    seq = models.IntegerField()
    at = models.FloatField()
    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=120, null=True)
    answer = models.CharField(max_length=80, null=True)
    score = models.FloatField(null=True)
    decision = models.CharField(max_length=16, null=True)
    danger = models.CharField(max_length=40, null=True)
    level = models.CharField(max_length=12, null=True)
    language = models.CharField(max_length=8, null=True)

    class Meta:
        """Django's own."""

        abstract = True


class Event(EventPlace):
    """One event of a conversation, without `text` and `data`: those hold words."""

    class Meta:
        """Django's own."""

        managed = False
        db_table = "events"


class Takeover(ReadOnly):
    """Who of the staff speaks in the bot's place."""

    conversation = models.CharField(max_length=64, primary_key=True)
    staff = models.CharField(max_length=150)
    shown_name = models.CharField(max_length=80)
    began_at = models.FloatField()
    last_at = models.FloatField()

    class Meta:
        """Django's own."""

        managed = False
        db_table = "takeovers"


class Case(ReadOnly):
    """Somebody asked for a person, or needs one."""

    id = models.CharField(max_length=40, primary_key=True)
    conversation = models.CharField(max_length=64, null=True)
    channel = models.CharField(max_length=24)
    level = models.CharField(max_length=12)
    danger = models.CharField(max_length=40, null=True)
    wish = models.CharField(max_length=16)
    country = models.CharField(max_length=8, null=True)
    state = models.CharField(max_length=12)
    owner = models.CharField(max_length=150, null=True)
    opened_at = models.FloatField()
    taken_at = models.FloatField(null=True)
    closed_at = models.FloatField(null=True)
    told_at = models.FloatField(null=True)
    version = models.IntegerField()

    class Meta:
        """Django's own."""

        managed = False
        db_table = "cases"


class Withdrawn(ReadOnly):
    """An answer or a helpline that staff took out of use. Its key is `kind` and `id` together; ask with both."""

    kind = models.CharField(max_length=12)
    id = models.CharField(max_length=120, primary_key=True)
    at = models.FloatField()
    by = models.CharField(max_length=150)
    reason = models.TextField()

    class Meta:
        """Django's own."""

        managed = False
        db_table = "withdrawn"


class Feedback(ReadOnly):
    """A thumb on one reply. Its key is `conversation` and `seq` together; ask with both."""

    conversation = models.CharField(max_length=64, primary_key=True)
    seq = models.IntegerField()
    good = models.BooleanField()
    at = models.FloatField()

    class Meta:
        """Django's own."""

        managed = False
        db_table = "feedback"


class Removal(ReadOnly):
    """That something was removed, and how much: never whose."""

    id = models.CharField(max_length=40, primary_key=True)
    at = models.FloatField()
    why = models.CharField(max_length=16)
    conversations = models.IntegerField()
    events = models.IntegerField()
    kept = models.TextField()

    class Meta:
        """Django's own."""

        managed = False
        db_table = "removals"
