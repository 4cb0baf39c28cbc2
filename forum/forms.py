"""What people type, tidied and checked. A form that is not valid keeps every word for its next page."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from forum import notes
from forum.intake import Draft
from forum.models import Contract, Room
from forum.models.posts import MOST_CHARACTERS
from forum.text import tidy
from forum.tokens import new_token

NOT_WHOLE = "\ufffd"  # stands where bytes arrived that are no text
MOST_TITLE = 200
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,22}")


class Typed(forms.CharField):
    """Text as a person typed it: control characters taken out, nothing else touched."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return tidy(str(value or ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if NOT_WHOLE in value:
            raise forms.ValidationError("Some characters did not arrive whole. Look for \ufffd and type them again")


def has_words(value: str) -> bool:
    """Whether anything can be seen: spaces and invisible characters alone are no words."""
    return any(unicodedata.category(letter)[0] not in "CZ" for letter in value)


class WordsForm(forms.Form):
    """The words of a reply, and the base of every composer."""

    body = Typed(
        label="Your reply",
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto", "spellcheck": "true"}),
    )
    notes = forms.MultipleChoiceField(
        label="Content notes",
        help_text="So that people can choose whether to read it now.",
        required=False,
        choices=list(notes.NOTES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    own_name = forms.BooleanField(
        label="A new name for this thread",
        help_text="Otherwise you go by your name in this room.",
        required=False,
    )
    client_id = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if not has_words(body):
            raise forms.ValidationError("This place is for words. Write a line, however short")
        if len(body) > MOST_CHARACTERS:
            raise forms.ValidationError(
                f"These are {len(body):,} characters, and a post holds {MOST_CHARACTERS:,}. Please make two posts of it"
            )
        return body

    @property
    def draft(self) -> Draft:
        """What is to be posted. Raises KeyError before the form was found valid.

        The same words from the same page carry the same `client_id`, so pressing twice posts once; other
        words carry another, so that nothing written after going back is lost.
        """
        typed = self.cleaned_data
        title = typed.get("title", "")
        seed = typed["client_id"] if _CLIENT_ID.fullmatch(typed["client_id"]) else new_token()
        digest = hashlib.sha256(f"{title}\n\n{typed['body']}".encode()).hexdigest()[:16]
        return Draft(body=typed["body"], title=title, notes=notes.to_bits(typed["notes"]), client_id=f"{seed}-{digest}")


class TitledForm(WordsForm):
    """Words under a title that may be left empty."""

    title = Typed(
        label="A title, if you like",
        help_text="It may stay empty.",
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    def clean_title(self) -> str:
        title = " ".join(self.cleaned_data["title"].split())
        if len(title) > MOST_TITLE:
            raise forms.ValidationError(f"A title holds {MOST_TITLE} characters, and this one has {len(title):,}")
        return title


class ThreadForm(TitledForm):
    """Opening a thread: the words first, then what would help, then where."""

    contract = forms.ChoiceField(
        label="What would help?",
        choices=Contract.choices,
        initial=Contract.LISTEN,
        widget=forms.RadioSelect,
        required=False,
    )
    room = forms.ChoiceField(label="Room", required=False)
    field_order = ["body", "contract", "room", "notes", "title", "own_name", "client_id"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = "What's happening?"
        self.rooms = {room.slug: room for room in Room.objects.all()}
        choice = self.fields["room"]
        if isinstance(choice, forms.ChoiceField):
            named = [(slug, room.name) for slug, room in self.rooms.items() if not room.is_arrivals]
            choice.choices = [("", "Not sure: a moderator finds the room with you"), *named]

    def clean_contract(self) -> str:
        return self.cleaned_data["contract"] or Contract.LISTEN

    def clean_room(self) -> Room:
        """The chosen room; "not sure" is the room that takes in whoever does not know yet."""
        slug = self.cleaned_data["room"]
        arrivals = next((room for room in self.rooms.values() if room.is_arrivals), None)
        room = self.rooms.get(slug) if slug else arrivals
        if room is None:
            raise forms.ValidationError("No room is open for this yet. Please choose one from the list")
        return room


def typed_words(data: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a composer as it is, valid or not, for its draft: words tidied, choices from their closed sets."""
    chosen = set(data.getlist("notes") if isinstance(data, QueryDict) else data.get("notes", ()))
    contract, room = str(data.get("contract", "")), str(data.get("room", ""))
    choices: dict[str, Any] = {"notes": [key for key in notes.NOTES if key in chosen], "own_name": "own_name" in data}
    if contract in Contract.values:
        choices["contract"] = contract
    if re.fullmatch(r"[a-z0-9-]{0,30}", room):
        choices["room"] = room
    return {"title": tidy(str(data.get("title", ""))), "body": tidy(str(data.get("body", ""))), "choices": choices}
