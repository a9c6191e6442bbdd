"""The figures as pages and as CSV."""
from __future__ import annotations

import contextlib
import csv
import io

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bot import settings
from console.audit import log
from console.figures import counting, tables
from console.figures.models import Counted
from console.figures.small import safe_cell
from console.people.doors import needs, staff_of
from console.review.filters import NAME

AT_ONCE = 2  # batches that a page counts itself before it shows what there is


@require_safe
@needs("see_figures")
def figures(request: HttpRequest) -> HttpResponse:
    """Every table for some weeks, for one channel or all."""
    weeks, channel = chosen(request)
    count_a_little()
    found = tables.figures(settings.now().date(), weeks=weeks, channel=channel)
    counted = Counted.objects.filter(source="events").first()
    shown = {
        "tables": found, "weeks": weeks, "channel": channel, "all_weeks": tables.WEEKS, "channels": ("web", "telegram"),
        "counted": counted, "year": settings.now().year, "nothing": all(one.empty for one in found),
    }  # fmt: skip
    return render(request, "staff/figures.html", shown)


def count_a_little() -> None:
    """Bring the counts nearer to now. When the database is busy, the page shows what was counted before."""
    with contextlib.suppress(OperationalError):
        counting.catch_up(batches=AT_ONCE)


def chosen(request: HttpRequest) -> tuple[int, str]:
    """The weeks and the channel that were asked for; 12 and all where that makes no sense."""
    weeks, channel = request.GET.get("weeks", ""), request.GET.get("channel", "")
    return int(weeks) if weeks in {str(one) for one in tables.WEEKS} else 12, channel if NAME.fullmatch(channel) else ""


@require_safe
@needs("see_figures")
def table_as_csv(request: HttpRequest, name: str) -> HttpResponse:
    """One table as CSV, with small counts hidden as on the page."""
    weeks, channel = chosen(request)
    found = next((one for one in tables.figures(settings.now().date(), weeks=weeks, channel=channel) if one.name == name), None)
    if found is None:
        raise Http404
    log.write(staff_of(request), "figures_exported", subject=name)
    return as_csv(f"{name}.csv", [("", *found.columns, "total"), *((key, *cells, sum_) for key, cells, sum_ in found.rows)])


def as_csv(name: str, rows: list[tuple[str, ...]]) -> HttpResponse:
    """Rows as a file, with no cell that a spreadsheet would run."""
    out = io.StringIO()
    csv.writer(out).writerows([safe_cell(cell) for cell in row] for row in rows)
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
@needs("see_figures")
def safety_year(request: HttpRequest, year: int) -> HttpResponse:
    """The yearly safety report, to be printed or published."""
    if not 2020 <= year <= settings.now().year:
        raise Http404
    count_a_little()
    return render(request, "staff/safety_year.html", {"report": tables.safety_year(year), "this_year": settings.now().year})
