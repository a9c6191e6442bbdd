"""`needs("read_all")`: which duty a page asks for. A staff page without it is not served (`gate.py`)."""
from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from typing_extensions import ParamSpec

from console.people.models import Staff

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
SIGNED_IN = "signed in"  # any member of staff with both factors
PASSWORD_ONLY = "password only"  # the pages of the second factor itself
ANYONE = "anyone"  # signing in, and accepting an invitation


def staff_of(request: HttpRequest) -> Staff:
    """Who asks. Raises Http404 if nobody has signed in, which the gate does not let happen."""
    if not isinstance(request.user, Staff):
        raise Http404
    return request.user


def may(staff: Any, *duties: str) -> bool:
    """Whether this member of staff has any of these duties."""
    return any(staff.has_perm(f"people.{duty}") for duty in duties)


def who_may(duty: str) -> QuerySet[Staff]:
    """Everybody with a duty who can sign in, by name."""
    return Staff.objects.filter(is_active=True, groups__permissions__codename=duty).distinct().order_by("username")


def needs(*duties: str) -> Callable[[View[P]], View[P]]:
    """Serve a page to staff with any of these duties; to others it does not exist (404).

    One of SIGNED_IN, PASSWORD_ONLY and ANYONE may stand in place of duties.
    """

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if duties[0] not in (SIGNED_IN, PASSWORD_ONLY, ANYONE) and not may(request.user, *duties):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.duties = duties  # type: ignore[attr-defined]
        return cast("View[P]", guarded)

    return decorate


def duties_of(view: Any) -> tuple[str, ...]:
    """What a view asks for; empty if it was never said."""
    return getattr(view, "duties", ())
