"""Registers the app and connects it to what it tells open pages."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        from forum.signals import live_moved  # noqa: PLC0415  (connecting needs the apps to be loaded)
        from moderation.signals import queue_moved  # noqa: PLC0415
        from peers.signals import voice_ended  # noqa: PLC0415
        from realtime import broadcast  # noqa: PLC0415

        live_moved.connect(broadcast.hand_over)  # before the layer tells: who has it already need not look
        live_moved.connect(broadcast.on_live_moved)
        queue_moved.connect(broadcast.on_queue_moved)
        voice_ended.connect(broadcast.on_voice_ended)
