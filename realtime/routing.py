"""Addresses of sockets."""

from typing import Any

from channels.routing import URLRouter
from django.urls import re_path

from realtime.desk import DeskSocket
from realtime.live import LiveSocket
from realtime.origin import OwnOrigin
from realtime.sockets import NowhereSocket


def _at(pattern: str, socket: Any) -> Any:
    """A route to a socket; Django's types know views only."""
    return re_path(pattern, socket.as_asgi())


sockets = OwnOrigin(
    URLRouter(
        [
            _at(r"^live/(?P<public_id>[a-z0-9]{1,40})/socket$", LiveSocket),
            _at(r"^desk/socket$", DeskSocket),
            _at(r"", NowhereSocket),  # without this an unknown address is an error of the server
        ]
    )
)
