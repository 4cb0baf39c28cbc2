"""Print the key that alerts are signed with, for whoever receives them."""

from typing import Any

from django.core.management.base import BaseCommand

from moderation.sending import alert_key


class Command(BaseCommand):
    help = "Print the key of the web hook's signature: HMAC-SHA-256 of '<t>.<body>' in X-Lamplight-Signature."

    def handle(self, *_: Any, **__: Any) -> None:
        self.stdout.write(alert_key())
