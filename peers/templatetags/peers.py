"""Tags of this app for every page."""

from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from peers import zones
from peers.middleware import TOKEN_FIELD
from peers.middleware import form_token as token_of

register = template.Library()
NAMELESS = {"name": "someone", "hue": None, "shape": None, "staff": False}


@register.simple_tag(takes_context=True)
def form_token(context: template.Context) -> SafeString | str:
    """The hidden field every `<form method="post">` carries; nothing where there is no session."""
    request = context.get("request")
    token = token_of(request) if isinstance(request, HttpRequest) and hasattr(request, "session") else ""
    return format_html('<input type="hidden" name="{}" value="{}">', TOKEN_FIELD, token) if token else ""


@register.inclusion_tag("peers/_name_of.html")
def name_of(post: Any) -> dict[str, Any]:
    """The name a post was written under, with its pattern; "someone" after its author left. Staff are named as such.

    Reads `post.persona` and `post.peer`: lists select both.
    """
    persona, peer = getattr(post, "persona", None), getattr(post, "peer", None)
    if persona is None:
        return NAMELESS
    return {"name": persona.name, **persona.pattern, "staff": bool(peer and peer.is_staff_voice)}


@register.simple_tag(takes_context=True)
def local_time(context: template.Context, moment: datetime, form: str = "moment") -> SafeString:
    """A moment in the zone the reader chose, else in UTC, always with the zone's name; forms: `peers.zones.told`.

    Where nothing was chosen, static/js/times.js tells it as the reader's own device has it.
    """
    zone = getattr(context.get("look"), "zone", "") or zones.HOME
    written = moment.isoformat(timespec="seconds")
    return format_html('<time datetime="{}" data-local="{}">{}</time>', written, form, zones.told(moment, zone, form))
