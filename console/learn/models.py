"""What staff judged and wrote. A judgement holds no words and goes with its conversation; a paraphrase is staff's own and stays."""
from __future__ import annotations

from django.db import models

MISSING, NOTHING = "missing", "nothing"  # no answer fits yet; none should


class Judgement(models.Model):
    """Whether one message got the right answer, and which it should have been. Judgements of one act share `batch`."""

    conversation = models.CharField(max_length=64)
    seq = models.IntegerField()
    given = models.CharField(max_length=80, blank=True)
    right = models.BooleanField()
    meant = models.CharField(max_length=80, blank=True)  # an answer's id, MISSING or NOTHING
    batch = models.CharField(max_length=32, db_index=True)
    by = models.CharField(max_length=150)
    at = models.FloatField()

    class Meta:
        """Django's own."""

        db_table = "console_judgement"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["conversation", "seq"], name="console_judgement_once")]


class Paraphrase(models.Model):
    """A way of asking in a staff member's own words. It leads to the messages behind it by `batch`, as long as they are there."""

    batch = models.CharField(max_length=32, db_index=True)
    answer = models.CharField(max_length=80)
    text = models.TextField()
    twin = models.BooleanField(default=False)
    style = models.CharField(max_length=10, default="plain")
    state = models.CharField(max_length=10, default="written", db_index=True)  # written | confirmed | exported | refused
    written_by = models.CharField(max_length=150)
    written_at = models.FloatField()
    confirmed_by = models.CharField(max_length=150, blank=True)
    confirmed_at = models.FloatField(null=True)

    class Meta:
        """Django's own."""

        db_table = "console_paraphrase"
        default_permissions = ()
