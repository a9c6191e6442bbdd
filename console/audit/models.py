"""The audit log's table; the database itself refuses to change or remove a row (migrations/0001)."""
from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

ACTS = (
    "read", "searched", "revealed", "refused", "noted", "tagged", "untagged", "marked", "assigned", "exported", "deleted",
    "took", "handed_back", "spoke", "case_taken", "case_closed", "contact_seen", "corrected", "confirmed", "withdrew", "restored",
    "signed_in", "signed_out", "sign_in_failed", "locked_out", "invited", "joined", "person_changed", "password_changed",
    "second_factor_set", "second_factor_reset", "figures_exported", "audit_read", "audit_exported", "sampled",
)  # fmt: skip


class AppendOnly(models.QuerySet[Any]):
    """A query that can read and add."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("The audit log is append-only.")

    update = delete = bulk_update = update_or_create = _refuse  # type: ignore[assignment]


class Entry(models.Model):
    """One act. `subject` names a conversation by its label, which leads from a conversation here but not back to a person."""

    at = models.FloatField(db_index=True)
    staff = models.CharField(max_length=150, db_index=True)
    act = models.CharField(max_length=24, db_index=True)
    subject = models.CharField(max_length=120, blank=True, db_index=True)
    detail = models.CharField(max_length=500, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        """Django's own."""

        db_table = "console_audit"
        default_permissions = ()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add it. Raises TypeError if it is there already."""
        if self.pk is not None:
            raise TypeError("The audit log is append-only.")
        super().save(*args, force_insert=True)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse. Raises TypeError."""
        raise TypeError("The audit log is append-only.")
