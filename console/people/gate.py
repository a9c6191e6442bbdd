"""Middleware before every page below /staff/: signed in, second factor, not idle, password fresh; else the way there."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from bot import settings as shared
from console.people.doors import ANYONE, PASSWORD_ONLY, duties_of

STAFF = "/staff/"
SINCE, SEEN = "signed_in_at", "seen_at"  # in the session
POLL = "X-Poll"  # sent by scripts that look for news: they do not count as activity


class StaffOnly:
    """Lets nobody through to a staff page whose duty was never said, or who has not shown both factors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Django's own way of chaining."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; staff pages are never kept by a browser."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """The way to sign in, or None to go on. Raises Http404 for a page whose duty was never said."""
        if not request.path.startswith(STAFF):
            return None
        duties = duties_of(view)
        if not duties:
            raise Http404
        if duties[0] == ANYONE:
            return None
        if not request.user.is_authenticated:
            return away(request, "sign_in")
        if is_over(request):
            logout(request)
            return away(request, "sign_in")
        if duties[0] == PASSWORD_ONLY:
            return None
        user: Any = request.user
        if not user.is_verified():
            return away(request, "second_factor")
        if user.must_change_password and request.path != reverse("change_password"):
            return away(request, "change_password")
        return None


def is_over(request: HttpRequest) -> bool:
    """Whether the session has lasted too long, or nothing was clicked for too long; notes the click otherwise."""
    now = shared.now().timestamp()
    since, seen = request.session.get(SINCE), request.session.get(SEEN)
    if since is None or seen is None:
        return True
    # A clock that was set back must not keep a session alive for ever.
    if not 0 <= now - since + 300 <= settings.LONGEST_HOURS * 3600 + 300 or abs(now - seen) > settings.IDLE_MINUTES * 60:
        return True
    if POLL not in request.headers and now - seen > 60:
        request.session[SEEN] = now
    return False


def begin(request: HttpRequest) -> None:
    """Start the clocks of a session."""
    request.session[SINCE] = request.session[SEEN] = shared.now().timestamp()


def away(request: HttpRequest, name: str) -> HttpResponse:
    """The way to a page where one proves who one is, and back again; scripts are told with 401."""
    if POLL in request.headers:
        return HttpResponse(status=401)
    wanted = request.get_full_path() if request.method == "GET" and not request.path.startswith(reverse("sign_out")) else ""
    request.session["wanted"] = wanted
    return redirect(name)
