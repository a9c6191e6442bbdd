"""What the queues remember. Rows about a conversation go when the conversation goes (migrations/0001)."""
from __future__ import annotations

from django.db import models


class Handled(models.Model):
    """That somebody dealt with one thing in a queue, so that it is not shown again. `seq` is -1 for the whole conversation."""

    queue = models.CharField(max_length=16)
    conversation = models.CharField(max_length=64)
    seq = models.IntegerField(default=-1)
    by = models.CharField(max_length=150)
    at = models.FloatField()

    class Meta:
        """Django's own."""

        db_table = "console_handled"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["conversation", "queue", "seq"], name="console_handled_once")]


class Sample(models.Model):
    """A conversation drawn by lot to be read blind. `heard` says whether a danger was heard in it, and is not shown to the reader."""

    conversation = models.CharField(max_length=64, primary_key=True)
    drawn_at = models.FloatField()
    heard = models.BooleanField()
    verdict = models.CharField(max_length=8, blank=True, db_index=True)  # danger | calm | unsure
    reader = models.CharField(max_length=150, blank=True)
    read_at = models.FloatField(null=True)

    class Meta:
        """Django's own."""

        db_table = "console_sample"
        default_permissions = ()


class Presence(models.Model):
    """Who of the staff is there, for colleagues; bot/staffing.py reads it."""

    staff = models.CharField(max_length=150, primary_key=True)
    shown_name = models.CharField(max_length=80)
    seen_at = models.FloatField()
    free = models.BooleanField(default=False)

    class Meta:
        """Django's own."""

        db_table = "console_presence"
        default_permissions = ()
