"""Addresses of live rooms."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
