"""Registers the app and its start-up checks."""

from django.apps import AppConfig


class ForumConfig(AppConfig):
    name = "forum"

    def ready(self) -> None:
        from forum import checks  # noqa: F401, PLC0415  (registering needs the apps to be loaded)
