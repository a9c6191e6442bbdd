"""What an administrator does with accounts."""
from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from console.audit import log
from console.people import invitations, lockout
from console.people.doors import needs, staff_of
from console.people.models import Staff
from console.people.roles import GROUPS


@require_safe
@needs("manage_people")
def people(request: HttpRequest) -> HttpResponse:
    """Everyone who works here, with their groups and whether their second factor is set."""
    secured = set(TOTPDevice.objects.filter(confirmed=True).values_list("user_id", flat=True))
    found = Staff.objects.order_by("username").prefetch_related("groups")
    rows = [(one, sorted(group.name for group in one.groups.all()), one.pk in secured) for one in found]
    link = request.session.pop("invitation", "")
    return render(request, "staff/people.html", {"rows": rows, "groups": list(GROUPS), "link": link})


@require_POST
@needs("manage_people")
def invite(request: HttpRequest) -> HttpResponse:
    """Make a link and show it once."""
    group = request.POST.get("group", "")
    if group not in GROUPS:
        raise Http404
    token = invitations.invite(group, staff_of(request).username)
    request.session["invitation"] = request.build_absolute_uri(reverse("join", args=[token]))
    messages.success(request, "invited")
    return redirect("people")


@require_POST
@needs("manage_people")
def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the groups, suspend or bring back, unlock, or ask for a new second factor."""
    person = Staff.objects.filter(pk=pk).first()
    if person is None:
        raise Http404
    act = request.POST.get("act", "")
    wanted = [name for name in GROUPS if name in request.POST.getlist("groups")]
    with transaction.atomic():
        change(person, act, wanted)
        kept = administrators()
        if not kept:
            transaction.set_rollback(True)
    if not kept:
        messages.error(request, "last_administrator")
        return redirect("people")
    detail = f"{act}: {', '.join(wanted)}" if act == "groups" else act
    log.write(staff_of(request), "second_factor_reset" if act == "second_factor" else "person_changed", subject=person.username, detail=detail)
    messages.success(request, "person_changed")
    return redirect("people")


def change(person: Staff, act: str, groups: list[str]) -> None:
    """Do it. Raises Http404 for an act that there is not."""
    if act == "groups":
        person.groups.set(Group.objects.filter(name__in=groups))
    elif act in ("suspend", "restore"):
        person.is_active = act == "restore"
        person.save(update_fields=["is_active"])
    elif act == "second_factor":
        TOTPDevice.objects.filter(user=person).delete()
    elif act == "unlock":
        lockout.unlock(person.username)
    else:
        raise Http404


def administrators() -> int:
    """How many administrators can sign in."""
    return Staff.objects.filter(is_active=True, groups__name="administrator").count()
