"""What is sent in about the rota: a duty of someone's week, and where one's own alerts go."""

from datetime import time
from typing import Any

from django import forms

from moderation.models import Duty, Moderator
from moderation.models.people import DESK_ROLES
from moderation.models.rota import DAY_MINUTES, WEEKDAYS
from moderation.rota import Planned
from peers.models import today


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


class DutyForm(forms.Form):
    """One duty, every week. An end before the beginning is on the next day; 00:00 is the end of the day."""

    who = forms.TypedChoiceField(label="Who", coerce=int)
    duty = forms.ChoiceField(label="What", choices=Duty.choices)
    weekday = forms.TypedChoiceField(label="Day", coerce=int, choices=list(enumerate(WEEKDAYS)))
    starts = forms.TimeField(label="From", widget=forms.TimeInput(attrs={"type": "time", "class": "input-short"}))
    ends = forms.TimeField(
        label="Until",
        help_text="UTC. Earlier than the beginning: on the next day.",
        widget=forms.TimeInput(attrs={"type": "time", "class": "input-short"}),
    )
    valid_from = forms.DateField(
        label="First day", required=False, widget=forms.DateInput(attrs={"type": "date", "class": "input-medium"})
    )
    valid_until = forms.DateField(
        label="Last day",
        required=False,
        help_text="Empty: until further notice.",
        widget=forms.DateInput(attrs={"type": "date", "class": "input-medium"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = Moderator.objects.filter(is_active=True, role__in=DESK_ROLES).order_by("peer__staff_name")
        who = self.fields["who"]
        if isinstance(who, forms.ChoiceField):
            who.choices = list(staff.values_list("pk", "peer__staff_name"))

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        starts, ends = typed.get("starts"), typed.get("ends")
        if starts is not None and starts == ends and starts != time():
            self.add_error("ends", "A duty ends at another time than it begins")
        first = typed.get("valid_from") or today()
        if typed.get("valid_until") and typed["valid_until"] < first:
            self.add_error("valid_until", "The last day comes before the first")
        return {**typed, "valid_from": first}

    @property
    def planned(self) -> Planned:
        """The duty that was sent in. Raises KeyError before the form was found valid."""
        typed = self.cleaned_data
        return Planned(
            who=typed["who"],
            duty=typed["duty"],
            weekday=typed["weekday"],
            starts=_minutes(typed["starts"]),
            ends=_minutes(typed["ends"]) or DAY_MINUTES,
            valid_from=typed["valid_from"],
            valid_until=typed["valid_until"],
        )


class AddressForm(forms.Form):
    alert_email = forms.EmailField(
        label="E-mail address for my alerts",
        required=False,
        help_text="Alerts say how urgent, how old, and a link: never a word of anyone. Empty: none are written to you.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
