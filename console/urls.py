"""Where the pages are."""
from __future__ import annotations

from django.urls import path

from console import views

urlpatterns = [path("", views.home, name="home"), path("help", views.printable, name="help")]
