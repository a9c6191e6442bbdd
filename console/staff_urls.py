"""The staff pages. Each view says which duty it needs (`console.people.doors.needs`); one that does not is never served."""
from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("console.people.urls")),
    path("", include("console.review.urls")),
    path("", include("console.audit.urls")),
    path("", include("console.figures.urls")),
    path("", include("console.care.urls")),
    path("", include("console.learn.urls")),
]
