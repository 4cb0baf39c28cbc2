"""What staff and the people they write to send in. A form that is not valid keeps every word for its next page."""

import hashlib
import re
from typing import Any

from django import forms

from forum.forms import Typed, has_words
from forum.tokens import new_token
from moderation.staffing import LONGEST_SHIFT_HOURS

MOST_NOTE = 2_000
MOST_MESSAGE = 5_000
SHIFT_HOURS = (1, 2, 4, 6, 8, LONGEST_SHIFT_HOURS)
_SEED = re.compile(r"[A-Za-z0-9_-]{1,22}")


def words_of(value: str, most: int) -> str:
    if not has_words(value):
        raise forms.ValidationError("This needs words. Write a line, however short")
    if len(value) > most:
        raise forms.ValidationError(f"These are {len(value):,} characters, and there is room for {most:,}")
    return value


class StaffSignInForm(forms.Form):
    """Name, password and one-time code in one step: a wrong one among them is not told from another."""

    username = Typed(
        label="Username",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(  # not tidied: a space at its end belongs to it
        label="Password",
        max_length=200,
        strip=False,
        error_messages={"null_characters_not_allowed": "Some characters did not arrive whole. Type it once more"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = Typed(
        label="One-time code",
        help_text="Six digits from your authenticator app.",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input-short"}),
    )

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().casefold()

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


class FollowUpForm(forms.Form):
    token = forms.UUIDField()
    version = forms.IntegerField(min_value=1, max_value=2_000_000_000)


class LowerForm(forms.Form):
    """A lower level for a case in one's hands, with the reason for it."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)
    level = forms.TypedChoiceField(label="Lower it to", coerce=int, choices=[(2, "red"), (1, "amber")])
    body = Typed(  # the name under which unsent words are given back
        label="Why",
        help_text="Kept with the case, for other moderators.",
        max_length=280,
        error_messages={"required": "Say why, in a few words"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "lower_%s", **kwargs})


class MessageForm(forms.Form):
    """Private words, from the desk or to it."""

    body = Typed(
        label="Your words",
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto", "spellcheck": "true"}),
    )
    # Never a reason to refuse the words: what is no client_id is replaced by a new one.
    client_id = forms.Field(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def clean_body(self) -> str:
        return words_of(self.cleaned_data["body"], MOST_MESSAGE)

    @property
    def sent_as(self) -> str:
        """The same words from the same page are one message; other words are another. Only after validation."""
        given = str(self.cleaned_data["client_id"] or "")
        seed = given if _SEED.fullmatch(given) else new_token()
        return f"{seed}-{hashlib.sha256(self.cleaned_data['body'].encode()).hexdigest()[:16]}"


class OutreachForm(MessageForm):
    """The desk's side: it stands on a page beside the decision, which has a `body`, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "message_%s", **kwargs})
        self.fields["body"].label = "Your words to them"
        self.fields["body"].help_text = "Only they and moderators see this. They can answer here."


class ShiftForm(forms.Form):
    """It stands above a case, whose decision has `hours`, too."""

    hours = forms.TypedChoiceField(
        label="Here for", coerce=int, initial=2, choices=[(hours, f"{hours} h") for hours in SHIFT_HOURS]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "shift_%s", **kwargs})
