"""Staff, their duties as permissions, and failed attempts to sign in."""
from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Staff(AbstractUser):
    """Someone who works here. `shown_name` is what a person in the chat reads when this one speaks."""

    first_name = last_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]
    REQUIRED_FIELDS = []
    shown_name = models.CharField(max_length=80, blank=True)
    must_change_password = models.BooleanField(default=False)

    class Meta:
        """The permissions are what `console.people.roles` gives to groups."""

        db_table = "console_staff"
        default_permissions = ()
        permissions = [
            ("read_own", "Read conversations that are assigned to them, or in which they own the case or speak"),
            ("read_all", "Read every conversation"),
            ("mark", "Write notes, tags and review status"),
            ("assign", "Assign conversations to others"),
            ("reveal", "See what is hidden, with a reason"),
            ("export", "Export a conversation"),
            ("remove", "Delete a conversation"),
            ("talk", "Take cases and speak with people"),
            ("correct", "Correct the assistant, and confirm others' corrections"),
            ("withdraw", "Take an answer or a helpline out of use"),
            ("see_figures", "See the figures"),
            ("see_audit", "See the audit log"),
            ("manage_people", "Invite, change and suspend staff"),
        ]

    def get_full_name(self) -> str:
        """The name that people in the chat read, or the sign-in name."""
        return self.shown_name or self.username

    def get_short_name(self) -> str:
        """The same."""
        return self.get_full_name()


class Attempts(models.Model):
    """Failed sign-ins of late. `who` is a keyed hash of a name, an address, or both: nothing can be read from it."""

    who = models.CharField(max_length=64, primary_key=True)
    failures = models.IntegerField(default=0)
    first_at = models.FloatField()
    locked_until = models.FloatField(default=0)

    class Meta:
        """Django's own."""

        db_table = "console_attempts"
        default_permissions = ()


class Invitation(models.Model):
    """That a signed link was made, so that it works once."""

    id = models.CharField(max_length=32, primary_key=True)
    group = models.CharField(max_length=20)
    made_at = models.FloatField()
    made_by = models.CharField(max_length=150)
    used_at = models.FloatField(null=True)
    used_by = models.CharField(max_length=150, blank=True)

    class Meta:
        """Django's own."""

        db_table = "console_invitation"
        default_permissions = ()
