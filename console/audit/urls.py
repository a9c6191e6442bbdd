"""Where the audit log is."""
from __future__ import annotations

from django.urls import path

from console.audit import views

urlpatterns = [path("audit/", views.audit, name="audit"), path("audit/csv/", views.audit_as_csv, name="audit_csv")]
