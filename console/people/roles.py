"""The four groups and what each may do. An administrator looks after accounts, and reads nobody's words by that alone."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GROUPS: Mapping[str, tuple[str, ...]] = {
    "volunteer": ("read_own", "talk"),
    "reviewer": ("read_own", "read_all", "mark", "reveal", "correct", "see_figures"),
    "lead": (
        "read_own", "read_all", "mark", "assign", "reveal", "export", "remove", "talk", "correct", "withdraw", "see_figures", "see_audit",
    ),
    "administrator": ("manage_people",),
}  # fmt: skip
FIRST = ("administrator", "lead")  # the groups of the first account


def fill_groups(**kwargs: Any) -> None:
    """Give each group its permissions, after every migration: what this file says is what holds."""
    from django.contrib.auth.models import Group, Permission

    known = {one.codename: one for one in Permission.objects.filter(content_type__app_label="people")}
    for name, duties in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([known[duty] for duty in duties])
