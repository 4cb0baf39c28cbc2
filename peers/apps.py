"""Registers the app and its start-up checks."""

from django.apps import AppConfig


class PeersConfig(AppConfig):
    name = "peers"

    def ready(self) -> None:
        from peers import checks  # noqa: F401, PLC0415  (registering needs the apps to be loaded)
