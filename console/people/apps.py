"""Fills the groups once the permissions are there."""
from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class People(AppConfig):
    """Django's own."""

    name = "console.people"
    label = "people"

    def ready(self) -> None:
        """Fill the groups after each migration; Django makes the permissions first, as its apps are listed first."""
        from console.people.roles import fill_groups

        post_migrate.connect(fill_groups, sender=self, dispatch_uid="console.people.roles")
