"""Registers the app, its start-up checks, and the triggers that guard the audit log."""

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        from moderation import checks, risk, triggers  # noqa: F401, PLC0415  (registering needs the apps to be loaded)

        # A link to this site is no contact detail. Patterns of hosts cannot name one, so they are left out.
        risk.configure(host for host in settings.ALLOWED_HOSTS if host[:1] not in {"*", "."})
        risk.prepare()
        # After every migration: SQLite drops triggers silently when it remakes a table.
        post_migrate.connect(triggers.install, sender=self)
