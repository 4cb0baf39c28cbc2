"""What staff send in with a reason: every such form has one, under the name the site gives unsent words back by."""

from typing import Any

from django import forms

from forum.forms import Typed, has_words
from forum.keeping import Keep, kept_as
from forum.models import Mode, Room, Thread
from moderation.site_mode import REASONS

MOST_REASON = 1_000


class ReasonForm(forms.Form):
    """Something is asked for or done, and why."""

    body = Typed(
        label="Why",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_body(self) -> str:
        reason: str = self.cleaned_data["body"]
        if not has_words(reason):
            raise forms.ValidationError("Say why, in a line")
        if len(reason) > MOST_REASON:
            raise forms.ValidationError(f"These are {len(reason):,} characters, and there is room for {MOST_REASON:,}")
        return reason


class ThreadCareForm(ReasonForm):
    """Something done to a thread; `seen` is how it stood on the page the form was on."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, thread: Thread, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{type(self).__name__.lower()}_%s", **kwargs})
        self.fields["body"].help_text = "Everyone who reads the thread sees this. Name nobody."
        self.thread = thread


class MoveForm(ThreadCareForm):
    room = forms.ModelChoiceField(
        Room.objects.all(),
        label="To which room",
        to_field_name="slug",
        empty_label="Choose a room",
        error_messages={"required": "Choose a room", "invalid_choice": "Choose one of these rooms"},
    )
    field_order = ["room", "body", "seen"]


_KEEPS = {
    Keep.OPEN: "Open: people can reply",
    Keep.CLOSED: "Closed for replies",
    Keep.MEMORIAL: "A memorial: it stays to be read, and nobody is asked to answer",
}


class KeepForm(ThreadCareForm):
    how = forms.ChoiceField(
        label="How it is kept",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it is kept", "invalid_choice": "Choose one of these"},
    )
    field_order = ["how", "body", "seen"]

    def __init__(self, *args: Any, thread: Thread, **kwargs: Any) -> None:
        super().__init__(*args, thread=thread, **kwargs)
        choice = self.fields["how"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(how.value, label) for how, label in _KEEPS.items() if how != kept_as(thread)]


_HOURS = (1, 2, 4, 8, 12, 24)
_MODES = {
    Mode.OPEN: "Open: people can write",
    Mode.CAREFUL: "Careful: threads of new people begin in Arrivals",
    Mode.PAUSED: "Paused: nobody writes. A cry for help is still saved, answered with help, and brought here",
}


class ModeForm(forms.Form):
    """Open, careful or paused, by hand: for how long, and why."""

    mode = forms.ChoiceField(
        label="From now on the site is",
        choices=[(mode.value, label) for mode, label in _MODES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the three"},
    )
    hours = forms.TypedChoiceField(
        label="For how long",
        required=False,
        coerce=int,
        choices=[("", "Until someone changes it"), *((hours, f"{hours} h") for hours in _HOURS)],
    )
    reason = forms.ChoiceField(
        label="Why", choices=[("", "Choose a reason"), *REASONS.items()], error_messages={"required": "Choose a reason"}
    )
    body = Typed(label="Something colleagues should know", required=False, max_length=MOST_REASON)


class UnattendedForm(forms.Form):
    """What the site does by itself while nobody is on shift."""

    unattended = forms.ChoiceField(
        label="While nobody is on shift the site is",
        choices=[(mode.value, label) for mode, label in _MODES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the three"},
    )
