"""What people type in live rooms, and what a host types to announce one."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from forum import notes
from forum.forms import Typed, has_words
from forum.intake import Draft
from forum.live.plans import Plan
from forum.models import LiveFeedback, Room
from forum.models.live import LONGEST_SAID
from forum.tokens import new_token
from peers import zones
from peers.forms import TopicFilterForm

HEAVY = "heavy"
MOODS = [(HEAVY, "Very heavy"), ("low", "Low"), ("so-so", "So-so"), ("alright", "Alright"), ("light", "Light")]
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,22}")
USUAL_MINUTES = 60
LONG_PAST = timedelta(hours=1)  # a session that should have begun is announced so much later at most
FURTHEST = timedelta(days=366)


class SayForm(forms.Form):
    """One message. Socket frames and the page's form pass through the same door."""

    body = Typed(
        label="Your message",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "spellcheck": "true", "autocomplete": "off"}),
    )
    client_id = forms.Field(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if not has_words(body):
            raise forms.ValidationError("Write a word or two first. One word is enough", code="empty")
        if len(body) > LONGEST_SAID:
            raise forms.ValidationError(
                f"This is {len(body):,} characters, and a message here holds {LONGEST_SAID}. Please send it in parts",
                code="too_long",
            )
        return body

    @property
    def draft(self) -> Draft:
        """What is to be said. The same words under the same `client_id` are one message; other words are another,
        so that nothing written after going back is lost."""
        body, given = self.cleaned_data["body"], str(self.cleaned_data["client_id"] or "")
        seed = given if CLIENT_ID.fullmatch(given) else new_token()
        return Draft(body=body, client_id=f"{seed}-{hashlib.sha256(body.encode()).hexdigest()[:16]}")


class LobbyForm(TopicFilterForm):
    """How someone comes in: a mood that is answered and not kept, topics to fold or leave out, listening only."""

    mood = forms.ChoiceField(
        label="How are you, in one tap?",
        help_text="Only for you. It is not kept, and nobody in the room sees it. You can leave it out.",
        choices=MOODS,
        widget=forms.RadioSelect,
        required=False,
    )
    listens = forms.BooleanField(label="I would like to listen only", required=False)

    def __init__(self, *args: Any, ways: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, notes=notes.NOTES, ways=ways, **kwargs)

    @property
    def topics(self) -> list[forms.BoundField]:
        return [self[key] for key in notes.NOTES]

    @property
    def ways(self) -> dict[str, str]:
        return {key: way for key, way in super().ways.items() if key in notes.NOTES}


class SessionForm(forms.Form):
    """A host announces a live session, once or as one that comes back."""

    EVERY = [("", "No, once"), ("1", "Every week"), ("2", "Every two weeks"), ("4", "Every four weeks")]

    room = forms.ModelChoiceField(Room.objects.filter(is_arrivals=False), to_field_name="slug", empty_label=None)
    title = Typed(label="What it is called", max_length=120, help_text="For example: Evening check-in.")
    starts_at = forms.DateTimeField(
        label="When it begins",
        help_text="Leave it empty to begin now.",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    zone = forms.ChoiceField(
        label="In which time zone",
        help_text="Everyone else sees it in their own. What comes back keeps to this clock, in summer and winter.",
        choices=zones.choices,
        required=False,
        widget=forms.Select(attrs={"data-zones": ""}),
    )
    minutes = forms.IntegerField(
        label="How long, in minutes",
        min_value=10,
        max_value=240,
        required=False,
        initial=USUAL_MINUTES,
        widget=forms.NumberInput(attrs={"class": "input-short"}),
    )
    every_weeks = forms.ChoiceField(
        label="Does it come back?",
        help_text="Then each evening is announced three weeks ahead, until you end it.",
        choices=EVERY,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:  # a zone that was sent is a choice, and no script offers another
            self.fields["zone"].widget.attrs.pop("data-zones", None)

    def clean_title(self) -> str:
        title = " ".join(self.cleaned_data["title"].split())
        if not has_words(title):
            raise forms.ValidationError("Give it a name, so that people know what to expect")
        return title

    def clean_zone(self) -> str:
        return str(self.cleaned_data["zone"] or zones.HOME)

    def clean_minutes(self) -> int:
        return self.cleaned_data["minutes"] or USUAL_MINUTES

    def clean(self) -> dict[str, Any]:
        """`starts_at` becomes a moment: what was typed is the clock of the chosen zone."""
        given, now = self.cleaned_data, timezone.now()
        typed: datetime | None = given.get("starts_at")
        if typed and "zone" in given:
            given["first_on"], given["at"] = typed.date(), typed.time()
            # Far from the ends of the calendar first: there, moments cannot be told in every zone.
            near = abs(typed - now) < FURTHEST + LONG_PAST
            moment = zones.at_clock(typed.date(), typed.time(), given["zone"]) if near else typed
            given["starts_at"] = moment
            self._look_at(moment, now)
        elif given.get("every_weeks") and "starts_at" not in self.errors:
            self.add_error("starts_at", "Say when it is held first, so that it can come back")
        return given

    def _look_at(self, moment: datetime, now: datetime) -> None:
        comes_back = bool(self.cleaned_data.get("every_weeks"))
        if moment < now - (timedelta() if comes_back else LONG_PAST):
            self.add_error("starts_at", "This moment is past. Choose a later one, or leave it empty for now")
        elif moment > now + FURTHEST:
            self.add_error("starts_at", "This is more than a year away. Choose an earlier day")

    @property
    def plan(self) -> Plan | None:
        """What comes back; None for a session held once. Only after the form was found valid."""
        given = self.cleaned_data
        if not given["every_weeks"]:
            return None
        return Plan(
            room=given["room"],
            title=given["title"],
            first_on=given["first_on"],
            at=given["at"],
            zone=given["zone"],
            every_weeks=int(given["every_weeks"]),
            minutes=given["minutes"],
        )


class FeedbackForm(forms.Form):
    """How it was: one of three."""

    face = forms.TypedChoiceField(choices=LiveFeedback.Face.choices, coerce=lambda value: LiveFeedback.Face(int(value)))


class ZoneForm(forms.Form):
    """The reader's time zone, for the one cookie of their choices."""

    zone = forms.ChoiceField(
        label="Your time zone",
        choices=lambda: [("", "As my browser has it, otherwise UTC"), *zones.choices()],
        required=False,
        widget=forms.Select(attrs={"data-zones": ""}),
    )
