"""Sending what stands in the outbox, by signed web hook and e-mail. A message may arrive twice, under the same key.

Each row is one destination and waits by itself. The two channels are worked on apart, so that one that hangs does not
hold up the other.
"""

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

from moderation import mailing
from moderation.alerts import MAIL
from moderation.models import Moderator, Outbox

WEBHOOK, BY_MAIL = "webhook", "e-mail"
CHANNELS = (WEBHOOK, MAIL)
TIMEOUT_SECONDS = 5
LONGEST_WAIT = timedelta(minutes=15)
# Another worker leaves a row alone for this long: longer than the longest talk with a server that answers at its last.
WHILE_SENDING = {WEBHOOK: timedelta(seconds=30), MAIL: timedelta(seconds=60)}
NOBODY = "nobody: no destination is configured"
NO_ADDRESS = "nobody: there is no address any more"
GAVE_UP = "nobody: given up after a day"
MAIL_KEPT = timedelta(days=1)  # an alert that is older tells nobody anything; the case goes on ringing by itself
AT_ONCE = 20


def alert_key() -> str:
    """The key alerts are signed with: made of SECRET_KEY, which nobody outside should ever hold."""
    return hmac.new(settings.SECRET_KEY.encode(), b"alerts", hashlib.sha256).hexdigest()


def due_messages(now: datetime, channel: str = "") -> list[Outbox]:
    """What waits to be sent now, the longest wait first; of one channel, where one is named."""
    due = Outbox.objects.filter(sent_at=None, next_try_at__lte=now)
    if channel:
        due = due.filter(kind=MAIL) if channel == MAIL else due.exclude(kind=MAIL)
    return list(due.order_by("next_try_at")[:AT_ONCE])


def channel_of(message: Outbox) -> str:
    return MAIL if message.kind == MAIL else WEBHOOK


def send(message: Outbox, *, now: datetime) -> bool:
    """Try once. A failure is tried again later, each time after a longer wait. Was it sent?

    Taken by one conditional update, so that two workers do not send it at the same time.
    """
    taken = Outbox.objects.filter(pk=message.pk, sent_at=None, next_try_at=message.next_try_at).update(
        next_try_at=now + WHILE_SENDING[channel_of(message)], attempts=F("attempts") + 1
    )
    if not taken:
        return False
    nowhere = _nowhere(message, now)
    if nowhere:
        _note(message, sent_to=nowhere)
        return False
    by_mail = channel_of(message) == MAIL
    if _mail(message) if by_mail else _post(message):
        _note(message, sent_to=BY_MAIL if by_mail else WEBHOOK)
        return True
    Outbox.objects.filter(pk=message.pk).update(next_try_at=now + wait_after(message.attempts + 1))
    return False


def _nowhere(message: Outbox, now: datetime) -> str:
    """Why this message can reach nobody, or an empty string."""
    if message.kind != MAIL:
        return "" if settings.ALERT_WEBHOOK else _without_webhook(message)
    if now - message.at > MAIL_KEPT:
        return GAVE_UP
    return "" if mailing.is_on() and _address(message) else NO_ADDRESS


def _without_webhook(message: Outbox) -> str:
    return f"no web hook; e-mail to {message.payload['mailed']}" if message.payload.get("mailed") else NOBODY


def _address(message: Outbox) -> str:
    """Where its person's alerts go at this moment: an address taken back, or someone who left, gets nothing more."""
    person = Moderator.objects.filter(pk=message.payload["to"], is_active=True)
    return person.values_list("alert_email", flat=True).first() or ""


def _mail(message: Outbox) -> bool:
    return mailing.write(_address(message), key=message.key, payload=message.payload)


def reached_someone(message: Outbox) -> bool:
    """Whether it left for somebody: a row that was closed because nobody could be told did not."""
    return message.sent_at is not None and message.payload.get("sent_to") in {WEBHOOK, BY_MAIL}


def wait_after(attempts: int) -> timedelta:
    """2, 4, 8 seconds and so on, at most a quarter of an hour."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), LONGEST_WAIT)


def _note(message: Outbox, *, sent_to: str) -> None:
    """Where it went stays with it: "sent" must not read as if someone had been told. Never the address itself."""
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
