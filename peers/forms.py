"""What people send to pages of this app."""

from collections.abc import Mapping
from typing import Any

from django import forms

from peers import look, zones
from peers.leaving import Way
from peers.models import TopicFilter


class SecretWords(forms.Textarea):
    """A field that never shows what was typed into it again, and that no browser sends anywhere to be spell-checked."""

    def __init__(self) -> None:
        quiet = {"autocomplete": "off", "autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
        super().__init__(attrs={"class": "input-words", "rows": 3, **quiet})

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:  # noqa: ARG002  (never shown again)
        return super().get_context(name, None, attrs)


class SignInForm(forms.Form):
    words = forms.CharField(
        label="Your nine recovery words",
        help_text="Type or paste them. Capitals, commas, numbers and line breaks do not matter.",
        widget=SecretWords,
        max_length=2000,
        error_messages={"required": "Nine words are needed here.", "max_length": "That is more than nine words."},
    )
    remember = forms.BooleanField(
        label="Stay signed in on this device for 30 days",
        help_text="Leave it empty on a device that others use.",
        required=False,
    )


class LeaveForm(forms.Form):
    way = forms.ChoiceField(
        label="What should happen to what you wrote?",
        choices=[
            (Way.KEEP, "Keep my words, without me. Every post stays, written by “someone”."),
            (
                Way.BLANK,
                "Blank my words. Posts are emptied; the places where they stood stay, so that answers make sense.",
            ),
            (Way.REMOVE, "Remove everything. Words and places go. A thread others answered keeps their answers."),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the three.", "invalid_choice": "Choose one of the three."},
    )


class LookForm(forms.Form):
    """Every choice is one of a closed set; nothing written by hand can reach the cookie."""

    theme = forms.ChoiceField(
        label="Colours",
        choices=list(zip(look.THEMES, ("As my device has it", "Light", "Dark", "High contrast"), strict=True)),
        widget=forms.RadioSelect,
    )
    text = forms.ChoiceField(
        label="Size of the words",
        choices=list(zip(look.TEXTS, ("As usual", "Large", "Larger"), strict=True)),
        widget=forms.RadioSelect,
        required=False,
    )
    tab = forms.ChoiceField(
        label="Name in the browser's tab",
        help_text="A neutral word in place of this site's name, for screens that others may see.",
        choices=[("", "Lamplight"), *((name, name) for name in look.TABS if name)],
        widget=forms.RadioSelect,
        required=False,
    )
    exit = forms.ChoiceField(
        label="The button “Leave this site”",
        choices=[("", "Show it"), ("off", "Do not show it")],
        widget=forms.RadioSelect,
        required=False,
    )
    zone = forms.ChoiceField(
        label="Time zone",
        help_text="For the times of live rooms. We never guess it from your network.",
        choices=[("", "As my browser has it, otherwise UTC"), *zones.choices()],
        required=False,
    )

    def __init__(self, *args: Any, countries: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if countries:
            by_name = sorted(countries.items(), key=lambda pair: pair[1].casefold())
            self.fields["country"] = forms.ChoiceField(
                label="Country for help lines",
                help_text="We never guess it from your network.",
                choices=[("", "As the language of my browser suggests"), *by_name],
                required=False,
            )


class TopicFilterForm(forms.Form):
    """One choice a content note: as it comes, folded, or not to be met. Takes the notes as key -> words."""

    CHOICES = [("", "As it comes"), (TopicFilter.Way.FOLD, "Fold it"), (TopicFilter.Way.HIDE, "Leave it out")]

    def __init__(self, *args: Any, notes: Mapping[str, str], ways: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, words in notes.items():
            self.fields[key] = forms.ChoiceField(
                label=words[:1].upper() + words[1:],
                choices=self.CHOICES,
                initial=ways.get(key, ""),
                required=False,
            )

    @property
    def ways(self) -> dict[str, str]:
        """Note -> "fold" or "hide", for those that were chosen. Only after the form was found valid."""
        return {key: way for key, way in self.cleaned_data.items() if way}
