"""What moderators fill in for themselves and for each other."""

from django import forms

from forum.forms import Typed, has_words
from moderation import risk
from moderation.desk_words import CATEGORIES

MOST_NOTE = 2_000


class ChoicesForm(forms.Form):
    """How words are revealed to me, and what I would rather not be served."""

    reveal = forms.ChoiceField(
        label="How words open",
        choices=[
            ("steps", "In steps: first the sentence that was noticed, then the whole"),
            ("whole", "The whole at once"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how words open."},
    )
    opted_out = forms.MultipleChoiceField(
        label="Kinds I would rather not be served",
        help_text="Only you see this. They stay in the list, and you can take one whenever you choose to.",
        required=False,
        choices=[(category.value, CATEGORIES[category.value].capitalize()) for category in risk.Category],
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def whole_at_once(self) -> bool:
        return bool(self.cleaned_data["reveal"] == "whole")


class HandoverForm(forms.Form):
    """A note to whoever comes next. Sent twice from one page, it is one note."""

    body = Typed(  # the name under which the site gives unsent words back when a session has ended
        label="For whoever comes next",
        help_text=(
            "What is still open and what to look out for. "
            "No words of a peer, please: say which case, not what was written."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "spellcheck": "true"}),
    )
    key = forms.RegexField(regex=r"\A[A-Za-z0-9_-]{8,40}\Z", widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"])
        if not has_words(body):
            raise forms.ValidationError("This needs words. Write a line, or go on without a note")
        if len(body) > MOST_NOTE:
            raise forms.ValidationError(f"These are {len(body):,} characters, and there is room for {MOST_NOTE:,}")
        return body
