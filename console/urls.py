"""Where the pages are."""
from __future__ import annotations

from django.urls import include, path

from console import views
from console.care import consent_views

urlpatterns = [
    path("", views.home, name="home"),
    path("help", views.printable, name="help"),
    path("about", views.about, name="about"),
    path("embed", views.embed, name="embed"),
    path("privacy", views.privacy, name="privacy"),
    path("call-back/<str:token>", consent_views.call_back, name="call_back"),
    path("staff/", include("console.staff_urls")),
]
handler404 = "console.staff_errors.missing"
handler500 = "console.staff_errors.broken"
