"""What the team of a live room sends in about people and messages in it."""

import uuid
from typing import Any

from django import forms

from forum.forms import Typed, has_words
from forum.models.live import LONGEST_SAID
from moderation.desk_forms import MessageForm, words_of
from moderation.live_care import MUTE_MINUTES, removal_reasons

MOST_WORD = 1_000
MOST_NOTE = 2_000
TO_THE_END = "end"
LENGTHS = [*((str(each), f"{each} minutes") for each in MUTE_MINUTES), (TO_THE_END, "the rest of this session")]


class WhyForm(forms.Form):
    """A reason of the site's, and the words its author will read: one's own, or the reason's sentence."""

    reason = forms.ChoiceField(
        label="Why",
        choices=[],
        error_messages={"required": "Choose a reason: the author reads it", "invalid_choice": "Choose a reason"},
    )
    body = Typed(label="In your own words, if you like", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(each.code, each.label) for each in removal_reasons()]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_body(self) -> str:
        words: str = self.cleaned_data["body"]
        return words_of(words, LONGEST_SAID) if has_words(words) else ""


class MuteForm(WhyForm):
    minutes = forms.ChoiceField(label="For", choices=LENGTHS, error_messages={"required": "Choose for how long"})
    key = forms.CharField(max_length=32, required=False)

    @property
    def length(self) -> int | None:
        """In minutes; None: to the end of the session."""
        chosen = self.cleaned_data["minutes"]
        return None if chosen == TO_THE_END else int(chosen)

    @property
    def sent_as(self) -> str:
        """The same choice from the same page is one mute."""
        key = self.cleaned_data["key"] or uuid.uuid4().hex
        return f"{key}-{self.cleaned_data['minutes']}"


class WordForm(MessageForm):
    def clean_body(self) -> str:
        return words_of(self.cleaned_data["body"], MOST_WORD)


class NoteForm(MessageForm):
    """A note for the team; `sent_as` makes sending it twice harmless."""

    def clean_body(self) -> str:
        return words_of(self.cleaned_data["body"], MOST_NOTE)


class AskForm(NoteForm):
    """A moderator is asked in; a note may come along."""

    def clean_body(self) -> str:
        words: str = self.cleaned_data["body"]
        return words_of(words, LONGEST_SAID) if has_words(words) else ""
