"""What a host's console shows and takes: who stands how to the room, and the forms of its buttons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from forum.forms import Typed
from forum.live.grounding import groundings
from forum.live.hosting import SLOW_CHOICES, NotNow
from forum.models import LiveHand, LiveSession
from forum.models.live import LONGEST_SAID
from peers.models import Kind, Peer, State

TOO_LONG = "This is {} characters, and there is room for {}. Please make it shorter"


@dataclass(frozen=True, slots=True)
class Seat:
    """Someone who may see the console: the host, somebody who could become it, or who looks after its messages."""

    peer: Peer
    is_host: bool
    may_take: bool

    @property
    def sees_hands(self) -> bool:
        """Hands are raised for whoever holds the room."""
        return self.is_host or self.may_take


def looks_after(request: HttpRequest, session: LiveSession) -> bool:
    """Whether whoever asks looks after the messages of this session. Forum does not know who that is."""
    return bool(import_string(settings.FORUM_LIVE_CARE)(request, session))


def seat_of(session: LiveSession, peer: Peer | None, now: datetime, *, cares: bool = False) -> Seat | None:
    """How this person stands to the console; None for whom it stays closed. `cares`: they look after its messages."""
    if peer is None:
        return None
    if peer.pk == session.host_id:
        return Seat(peer, is_host=True, may_take=False)
    may_take = session.may_be_taken_by(peer, now)
    has_seat = may_take or (cares and peer.is_staff_voice)
    return Seat(peer, is_host=False, may_take=may_take) if has_seat else None


def who_has(session: LiveSession) -> str:
    """For whoever does not have the room (any more): who does."""
    return f"{session.host.staff_name} has the room now."


class SlowForm(forms.Form):
    seconds = forms.TypedChoiceField(
        label="One message every",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[(each, f"{each} s" if each < 60 else f"{each // 60} min") for each in SLOW_CHOICES],
    )


class WindDownForm(forms.Form):
    """What stands above the last five minutes: a reviewed text, or the host's own words."""

    text = forms.ChoiceField(label="Words to end with", required=False, widget=forms.RadioSelect)
    body = Typed(  # the name under which the site gives unsent words back when a session has ended
        label="Or your own words, in place of these",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "ending_%s", "initial": {"text": next(iter(groundings()))}, **kwargs})
        self.fields["text"].choices = [(each.key, each.words) for each in groundings().values()]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_body(self) -> str:
        words: str = self.cleaned_data["body"].strip()
        if len(words) > LONGEST_SAID:
            raise forms.ValidationError(TOO_LONG.format(len(words), LONGEST_SAID))
        return words

    @property
    def grounding(self) -> str:
        """What was chosen; only after validation."""
        chosen = groundings().get(self.cleaned_data["text"])
        return self.cleaned_data["body"] or (chosen.words if chosen else "")


class CoHostForm(forms.Form):
    """Who may take the room over at any time. Staff are named by their public names, which are unique."""

    name = forms.ChoiceField(label="Who may take over at any time", required=False)

    def __init__(self, *args: Any, session: LiveSession, **kwargs: Any) -> None:
        now = session.co_host.staff_name if session.co_host else ""
        super().__init__(*args, **{"auto_id": "co_host_%s", "initial": {"name": now}, **kwargs})
        self.staff = {each.staff_name: each for each in _staff_beside(session)}
        self.fields["name"].choices = [("", "Nobody"), *((name, name) for name in self.staff)]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def chosen(self) -> Peer | None:
        return self.staff.get(self.cleaned_data["name"])


def _staff_beside(session: LiveSession) -> list[Peer]:
    staff = Peer.objects.filter(kind=Kind.STAFF, state=State.ACTIVE).exclude(pk=session.host_id)
    return list(staff.order_by("staff_name"))


def peer_of_hand(session: LiveSession, number: str) -> Peer:
    """Whose raised hand this is. Raises NotNow when it is down."""
    is_number = number.isascii() and number.isdigit() and len(number) < 18
    hand = LiveHand.objects.select_related("peer").filter(session=session, pk=number).first() if is_number else None
    if hand is None:
        raise NotNow
    return hand.peer
