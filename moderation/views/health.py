"""Whether this process is alive, and whether the site is ready: for machines that watch, in closed words."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from moderation import mailing, rules_in_force, table, triggers
from moderation.models import Heartbeat, Moderator
from moderation.models.people import DESK_ROLES
from moderation.tending import HEARTBEAT

FRESH = timedelta(seconds=60)


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """This process answers. Asks nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when everything stands, else 503 with what does not."""
    faults = _faults()
    answer = {"ready": not faults, "reasons": faults, "alerts_go_to": _alerts_go_to(), "rules": _rules()}
    return JsonResponse(answer, status=503 if faults else 200)


def _alerts_go_to() -> str:
    """Where an alert would go now. Configured is not enough: e-mail goes to those who gave an address."""
    ways = ["webhook"] if settings.ALERT_WEBHOOK else []
    if mailing.is_on():
        ways += _by_mail()
    return " and ".join(ways) or "nobody: neither a web hook nor e-mail to anyone is set up"


def _by_mail() -> list[str]:
    try:
        people = Moderator.objects.filter(is_active=True, role__in=DESK_ROLES).exclude(alert_email="").count()
    except DatabaseError:
        return ["e-mail"]
    return [f"e-mail to {people}"] if people else []


def _rules() -> str:
    """Which rules judge in this process. A set that cannot be used takes no process out: others judge for it."""
    rules_in_force.keep_up()
    fault = rules_in_force.fault()
    return f"{fault}; those that came with the program judge" if fault else "those in force"


def _faults() -> list[str]:
    try:
        missing = triggers.missing()
        beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    except DatabaseError:
        return ["the database does not answer", *_unreadable(table.load)]
    faults = [f"the guard {name} is missing" for name in missing]
    if beat is None or beat.at < timezone.now() - FRESH:
        faults.append("no worker has been at work in the last minute")
    return [*faults, *_unreadable(table.load)]


def _unreadable(load: Callable[[], object]) -> list[str]:
    try:
        load()
    except (OSError, ValueError):
        return ["the decision table cannot be used"]
    return []
