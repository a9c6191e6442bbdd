"""The list of conversations, without a word of them."""
from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.people.doors import needs, staff_of
from console.review import access


@needs("read_all", "read_own")
def inbox(request: HttpRequest) -> HttpResponse:
    """The newest conversations."""
    rows = access.visible(staff_of(request)).order_by("-last_at", "-id")[:50]
    return render(request, "staff/inbox.html", {"rows": rows})
