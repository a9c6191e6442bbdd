"""Invitations by signed link: made by an administrator, used once, for one group, for a few days."""
from __future__ import annotations

import re
import secrets

from django.conf import settings as django_settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bot import settings
from console.audit import log
from console.people.doors import ANYONE, needs
from console.people.models import Invitation, Staff
from console.people.roles import GROUPS
from console.people.signing import LONGEST_PASSWORD, password_problems

SALT = "console.invitation"
NAME = re.compile(r"[\w.-]{3,40}")


def invite(group: str, by: str) -> str:
    """A token for a link. Raises ValueError for a group that does not exist."""
    if group not in GROUPS:
        raise ValueError(f"{group!r} is no group. The groups are {', '.join(GROUPS)}.")
    made = Invitation.objects.create(id=secrets.token_hex(16), group=group, made_at=settings.now().timestamp(), made_by=by)
    log.write(by, "invited", detail=group)
    return signing.dumps(made.id, salt=SALT)


def open_invitation(token: str) -> Invitation | None:
    """The invitation behind a token; None if it is forged, too old or used."""
    try:
        found = signing.loads(token, salt=SALT, max_age=django_settings.INVITATION_HOURS * 3600)
    except signing.BadSignature:
        return None
    return Invitation.objects.filter(pk=found, used_at__isnull=True).first()


@needs(ANYONE)
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a name and a password."""
    invitation = open_invitation(token)
    if invitation is None:
        return render(request, "staff/join_closed.html", {}, status=410)
    if request.method != "POST":
        return render(request, "staff/join.html", {"group": invitation.group})
    name, new = request.POST.get("name", "").strip()[:150], request.POST.get("new", "")[:LONGEST_PASSWORD]
    shown = " ".join(request.POST.get("shown_name", "").split())[:80]
    staff = Staff(username=name, shown_name=shown)
    problems = ([] if NAME.fullmatch(name) else ["name"]) + password_problems(new, request.POST.get("again", ""), staff)
    if not problems and not accept(invitation, staff, new):
        problems = ["taken"]
    if problems:
        given = {"group": invitation.group, "problems": problems, "name": name, "shown_name": shown}
        return render(request, "staff/join.html", given, status=400)
    return redirect("sign_in")


def accept(invitation: Invitation, staff: Staff, password: str) -> bool:
    """Make the account and use the invitation up, together; False if the name is taken or somebody was quicker."""
    from django.contrib.auth.models import Group

    staff.set_password(password)
    if Staff.objects.filter(username__iexact=staff.username).exists():
        return False
    try:
        with transaction.atomic():
            used = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True)
            if not used.update(used_at=settings.now().timestamp(), used_by=staff.username):
                return False
            staff.save()
            staff.groups.add(Group.objects.get(name=invitation.group))
    except IntegrityError:
        return False
    log.write(staff, "joined", detail=invitation.group)
    return True
