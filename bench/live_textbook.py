"""What live rooms are measured against from above: a chat as tutorials of Channels build it, with its messages saved.

LAMPLIGHT_BENCH_ROWS=FILE python -m uvicorn bench.live_textbook:application ...
"""

import os
from typing import Any

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["LAMPLIGHT_BENCH_ROWS"]}},
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    USE_TZ=True,
)
django.setup()

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.db import connection, models
from django.urls import re_path

GROUP = "room"


class Line(models.Model):
    """One message."""

    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "textbook"

    def __str__(self) -> str:
        return self.body


class Chat(AsyncJsonWebsocketConsumer):
    """One socket in the one room."""

    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, _code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def receive_json(self, content: Any, **_: Any) -> None:
        line = Line(body=content["body"])
        await database_sync_to_async(line.save)()
        await self.channel_layer.group_send(GROUP, {"type": "line", "seq": line.pk, "body": line.body})
        await self.send_json({"type": "ack", "client_id": content["client_id"], "seq": line.pk, "state": "said"})

    async def line(self, event: dict[str, Any]) -> None:
        """What the group was told."""
        await self.send_json({"type": "event", "seq": event["seq"], "body": event["body"]})


with connection.schema_editor() as tables:
    tables.create_model(Line)
connection.close()
_anywhere: Any = re_path("", Chat.as_asgi())  # type: ignore[arg-type]  # Django's types know views only
application = ProtocolTypeRouter({"websocket": URLRouter([_anywhere])})
