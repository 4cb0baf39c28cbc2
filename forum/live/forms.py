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
from forum.models import Room
from forum.models.live import LONGEST_SAID
from forum.tokens import new_token
from peers.forms import TopicFilterForm

HEAVY = "heavy"
MOODS = [(HEAVY, "Very heavy"), ("low", "Low"), ("so-so", "So-so"), ("alright", "Alright"), ("light", "Light")]
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,22}")


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
    """A host announces a live session."""

    room = forms.ModelChoiceField(Room.objects.filter(is_arrivals=False), to_field_name="slug", empty_label=None)
    title = Typed(label="What it is called", max_length=120, help_text="For example: Evening check-in.")
    starts_at = forms.DateTimeField(
        label="When it begins (UTC)",
        help_text="Leave it empty to begin now.",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    def clean_title(self) -> str:
        title = " ".join(self.cleaned_data["title"].split())
        if not has_words(title):
            raise forms.ValidationError("Give it a name, so that people know what to expect")
        return title

    def clean_starts_at(self) -> datetime | None:
        starts_at: datetime | None = self.cleaned_data["starts_at"]
        if starts_at and starts_at < timezone.now() - timedelta(hours=1):
            raise forms.ValidationError("This moment is past. Choose a later one, or leave it empty for now")
        return starts_at
