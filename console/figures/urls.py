"""Where the figures are."""
from __future__ import annotations

from django.urls import path

from console.figures import views

urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures/safety/<int:year>/", views.safety_year, name="safety_year"),
    path("figures/<str:name>.csv", views.table_as_csv, name="figures_csv"),
]
