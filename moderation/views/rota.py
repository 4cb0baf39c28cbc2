"""The rota: everyone at the desk sees it, leads change it, and each person says where their own alerts go."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from moderation import mailing, staffing
from moderation.models import Moderator, Rota
from moderation.rota import roster_at
from moderation.rota_forms import AddressForm, DutyForm
from moderation.views.staff import at_desk

PAGE = "/desk/rota"
TAKEN = "They have a duty that begins then. Take it off first, so that nothing changes unseen"


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def week(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """The week; a POST adds a duty to it."""
    if request.method != "POST":
        return _page(request, moderator)
    _for_leads(moderator)
    form = DutyForm(request.POST)
    if not form.is_valid():
        return _page(request, moderator, duty_form=form, status=422)
    try:
        staffing.plan_duty(by=moderator, duty=form.planned)
    except staffing.AlreadyPlanned:
        form.add_error("starts", TAKEN)
        return _page(request, moderator, duty_form=form, status=422)
    return redirect(PAGE)


@require_POST
@at_desk
def drop(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Take one duty off the rota. One that is gone already is gone."""
    _for_leads(moderator)
    number = request.POST.get("duty", "")
    if number.isascii() and number.isdigit() and len(number) < 18:
        staffing.drop_duty(by=moderator, pk=int(number))
    return redirect(PAGE)


@require_POST
@at_desk
def address(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, moderator, address_form=form, status=422)
    staffing.set_alert_email(moderator=moderator, address=form.cleaned_data["alert_email"])
    return redirect(PAGE)


def _for_leads(moderator: Moderator) -> None:
    if not moderator.leads:
        raise PermissionDenied


def _page(request: HttpRequest, moderator: Moderator, *, status: int = 200, **forms: Any) -> HttpResponse:
    now = timezone.now()
    found = {
        "moderator": moderator,
        "place": "rota",
        "week": Rota.objects.in_order(),
        "roster": roster_at(now),
        "now": now,
        "mail_is_on": mailing.is_on(),
        "duty_form": DutyForm() if moderator.leads else None,
        "address_form": AddressForm(initial={"alert_email": moderator.alert_email}),
        **forms,
    }
    return render(request, "desk/rota.html", found, status=status)
