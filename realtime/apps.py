"""Registers the app and connects it to what it tells open pages."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"
