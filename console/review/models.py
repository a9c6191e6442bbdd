"""What staff add to a conversation. Every row goes when the conversation goes (migrations/0001)."""
from __future__ import annotations

from django.conf import settings
from django.db import models

STATUSES = ("new", "open", "later", "done")


class Review(models.Model):
    """Where the review of one conversation stands; no row means new. `version` lets two who save at once find out."""

    conversation = models.CharField(max_length=64, primary_key=True)
    status = models.CharField(max_length=8, default="new")
    reviewer = models.CharField(max_length=150, blank=True, db_index=True)
    version = models.IntegerField(default=0)
    changed_at = models.FloatField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        """Django's own."""

        db_table = "console_review"
        default_permissions = ()
        indexes = [models.Index(fields=["status"], name="console_review_status")]


class Tag(models.Model):
    """One word about a conversation."""

    conversation = models.CharField(max_length=64)
    name = models.CharField(max_length=40)
    by = models.CharField(max_length=150)
    at = models.FloatField()

    class Meta:
        """Django's own."""

        db_table = "console_tag"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["conversation", "name"], name="console_tag_once")]
        indexes = [models.Index(fields=["name"], name="console_tag_name")]


class Note(models.Model):
    """What a member of staff wants the next one to know; redacted like a message."""

    conversation = models.CharField(max_length=64, db_index=True)
    text = models.TextField()
    by = models.CharField(max_length=150)
    at = models.FloatField()

    class Meta:
        """Django's own."""

        db_table = "console_note"
        default_permissions = ()
        ordering = ["at"]


class Opening(models.Model):
    """When a member of staff last opened a conversation: what came later is unread."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    conversation = models.CharField(max_length=64, db_index=True)
    at = models.FloatField()

    class Meta:
        """Django's own."""

        db_table = "console_opening"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["staff", "conversation"], name="console_opening_once")]


class SavedFilter(models.Model):
    """A set of inbox filters under a name, for the one who saved it."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600)

    class Meta:
        """Django's own."""

        db_table = "console_filter"
        default_permissions = ()
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["staff", "name"], name="console_filter_once")]
