"""Tags of this app for every page."""

from django import template

register = template.Library()
