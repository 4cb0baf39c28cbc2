"""Alerts by e-mail, to addresses that moderators gave. Content-free, like every alert; off until a server is named."""

import hashlib
import smtplib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

BODY = """\
{what}

Asked: {audience}
{link}

This message holds no words of anyone. Please answer at the desk, not by e-mail.
"""
ASKED = {
    "on_shift": "those on shift",
    "on_call": "those on call",
    "everyone": "everyone with a desk",
    "leads": "leads",
    "admins": "admins",
}


def is_on() -> bool:
    return bool(settings.EMAIL_HOST)


def write(to: str, *, key: str, payload: Mapping[str, Any]) -> bool:
    """Send one message to one address. Was it taken? A message may arrive twice, then under the same Message-ID."""
    what = told(payload)
    body = BODY.format(what=what, audience=ASKED.get(payload.get("audience", ""), "you"), link=payload["link"])
    subject = f"{'[Drill] ' if payload.get('drill') else ''}Lamplight: {what}"
    headers = {"Message-ID": _name(key), "Auto-Submitted": "auto-generated"}
    try:
        return bool(EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [to], headers=headers).send())
    except (smtplib.SMTPException, OSError, ValueError):
        return False


def told(payload: Mapping[str, Any]) -> str:
    """What happened, in a line: how urgent and how old, or which alarm."""
    if said := payload.get("says"):
        return str(said)
    return f"{payload['level']}, waiting for {payload['waiting_seconds'] // 60} min"


def _name(key: str) -> str:
    """The same for the same message however often it is sent, and telling nothing."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"
