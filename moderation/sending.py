"""Sending what stands in the outbox, by a signed web hook. A message may arrive twice, under the same key."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from moderation.models import Outbox

TIMEOUT_SECONDS = 5
LONGEST_WAIT = timedelta(minutes=15)
WHILE_SENDING = timedelta(seconds=30)  # another worker leaves a row alone for this long
NOBODY = "nobody: no destination is configured"
AT_ONCE = 20


def alert_key() -> str:
    """The key alerts are signed with: made of SECRET_KEY, which nobody outside should ever hold."""
    return hmac.new(settings.SECRET_KEY.encode(), b"alerts", hashlib.sha256).hexdigest()


def due_messages(now: datetime) -> list[Outbox]:
    return list(Outbox.objects.filter(sent_at=None, next_try_at__lte=now).order_by("next_try_at")[:AT_ONCE])


def send(message: Outbox, *, now: datetime) -> bool:
    """Try once. A failure is tried again later, each time after a longer wait. Was it sent?

    Taken by one conditional update, so that two workers do not send it at the same time.
    """
    taken = Outbox.objects.filter(pk=message.pk, sent_at=None, next_try_at=message.next_try_at).update(
        next_try_at=now + WHILE_SENDING, attempts=F("attempts") + 1
    )
    if not taken:
        return False
    if not settings.ALERT_WEBHOOK:
        _note(message, sent_to=NOBODY)
        return False
    if _post(message):
        _note(message, sent_to="webhook")
        return True
    Outbox.objects.filter(pk=message.pk).update(next_try_at=now + wait_after(message.attempts + 1))
    return False


def wait_after(attempts: int) -> timedelta:
    """2, 4, 8 seconds and so on, at most a quarter of an hour."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), LONGEST_WAIT)


def _note(message: Outbox, *, sent_to: str) -> None:
    """Where it went stays with it: "sent" must not read as if someone had been told."""
    payload = {**message.payload, "sent_to": sent_to}
    Outbox.objects.filter(pk=message.pk).update(sent_at=timezone.now(), payload=payload)


def _post(message: Outbox) -> bool:
    body = json.dumps({"key": message.key, "kind": message.kind, **message.payload}, sort_keys=True).encode()
    try:
        if urlsplit(settings.ALERT_WEBHOOK).scheme not in {"http", "https"}:
            return False
        request = urllib.request.Request(settings.ALERT_WEBHOOK, body, _headers(body), method="POST")  # noqa: S310  (the operator's own setting, and only http and https)
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return bool(200 <= answer.status < 300)
    except (OSError, HTTPException, ValueError):
        return False


def _headers(body: bytes) -> dict[str, str]:
    at = str(int(time.time()))
    signed = hmac.new(alert_key().encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Lamplight-Signature": f"t={at},v1={signed}"}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An alert goes where the setting says and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.HTTPDefaultErrorHandler,
        _NoRedirects,
    ):
        opener.add_handler(handler())
    return opener


_OPENER = _opener()
