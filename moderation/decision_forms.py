"""The forms by which a case is decided, seconded, or its appeal answered."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from forum.forms import Typed
from forum.text import whole
from moderation import desk_words, redacting
from moderation.deciding import Verdict
from moderation.desk_forms import words_of
from moderation.models import Action, AppealOutcome, Case, Level, Measure
from moderation.statements import restricts_by

MOST_NOTE = 2_000
HOURS = ((24, "a day"), (72, "three days"), (168, "a week"), (720, "thirty days"))
NOT_THERE = "Line {} is not in the words as they stand. Copy it exactly"
NOTHING_CHOSEN = "Tick the parts to hide, or write them below"
SAY_WHY = "Whatever takes something from its author needs words for them. Write a line, however short"


class SeenForm(forms.Form):
    """What the page had seen of the case: the lease and the version."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)


class DecisionForm(SeenForm):
    """What should happen to the post and to the person, and why. `body` is read by the author in exactly these words.

    Where nothing is taken from the author, reason and words may be left to what is usual for the action.
    """

    action = forms.ChoiceField(
        label="The post",
        choices=Action.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what should happen to the post."},
    )
    parts = forms.MultipleChoiceField(label="Parts to hide", required=False, widget=forms.CheckboxSelectMultiple)
    more_parts = Typed(
        label="Other parts to hide",
        help_text="Each on a line of its own, exactly as it is written in the post.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    measure = forms.ChoiceField(
        label="The person", choices=Measure.choices, widget=forms.RadioSelect, initial=Measure.NOTHING, required=False
    )
    hours = forms.TypedChoiceField(label="A pause lasts", coerce=int, choices=HOURS, initial=24, required=False)
    reason_code = forms.ChoiceField(label="Reason", required=False)
    body = Typed(  # the name under which the site gives unsent words back when a session has ended
        label="What the author will read",
        help_text="In exactly these words.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    follow_up = forms.BooleanField(label="Ask again after a day and after three days", required=False)
    key = forms.RegexField(regex=r"\A[A-Za-z0-9_-]{8,40}\Z", widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, case: Case, found: Sequence[redacting.Part], shows_words: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self._choose("reason_code", [("", "What is usual"), *_reasons()])
        if case.post_id is None:  # a call, or words that are gone: there is nothing to show or to hide
            self._choose("action", [(Action.LEAVE, Action.LEAVE.label)])
            self.fields["action"].initial = Action.LEAVE
        self._choose("parts", _labels(found, shows_words=shows_words))

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @classmethod
    def for_case(
        cls, case: Case, found: Sequence[redacting.Part], *, shows_words: bool = False, **kept: Any
    ) -> "DecisionForm":
        """An empty form that carries what this page saw of the case; `kept` are words from a page before."""
        seen = {"token": case.lease_token, "version": case.version, "key": uuid.uuid4().hex}
        usual = {
            "parts": [part.key for part in found if part.hidden],
            "follow_up": case.level == Level.CRISIS,
            "measure": Measure.NOTHING,
        }
        return cls(initial={**seen, **usual, **kept}, case=case, found=found, shows_words=shows_words)

    def clean_measure(self) -> str:
        return self.cleaned_data["measure"] or Measure.NOTHING

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "action" in typed:
            self._give_words(typed)
        if typed.get("action") == Action.REDACT:
            typed["spans"] = self._spans(typed)
        return typed

    def _give_words(self, typed: dict[str, Any]) -> None:
        """What is usual for an action that takes nothing; anything else has to be said by a person."""
        usual = desk_words.usual_reason(typed["action"], self.case.categories)
        takes = restricts_by(typed["action"], typed.get("measure", ""))
        body = typed.get("body", "")
        if not body.strip() and takes:
            self.add_error("body", SAY_WHY)
        elif not typed.get("reason_code") and (takes or not usual.code):
            self.add_error("reason_code", "Choose a reason.")
        else:
            reason = desk_words.reasons()[typed.get("reason_code") or usual.code]
            typed["reason_code"] = reason.code
            typed["body"] = body if body.strip() else reason.sentence
            self._check_length(typed["body"])

    def _check_length(self, body: str) -> None:
        try:
            words_of(body, MOST_NOTE)
        except forms.ValidationError as problem:
            self.add_error("body", problem)

    def _spans(self, typed: dict[str, Any]) -> tuple[redacting.Span, ...]:
        """The chosen parts; none at all shows the post whole, where something was hidden before."""
        post = self.case.post
        words = whole(post.title, post.body) if post else ""
        spans = [redacting.span_of(key) for key in typed.get("parts", [])]
        try:
            spans += redacting.find(words, typed.get("more_parts", ""))
        except redacting.NotInTheWords as line:
            self.add_error("more_parts", NOT_THERE.format(line))
        if not spans and not (post and post.redactions):
            self.add_error("parts", NOTHING_CHOSEN)
        return tuple(sorted(set(spans)))

    def chosen_spans(self) -> tuple[redacting.Span, ...]:
        """The parts as they are chosen so far, for a preview: whatever else is missing is not asked for yet."""
        self.full_clean()
        for name in set(self.errors) - {"parts", "more_parts"}:
            del self.errors[name]
        if self.errors:
            return ()
        return self.cleaned_data.get("spans") or self._spans(self.cleaned_data)

    @property
    def verdict(self) -> Verdict:
        """What was decided. Raises KeyError before the form was found valid."""
        typed = self.cleaned_data
        pauses = typed["measure"] in {Measure.PAUSE, Measure.PAUSE_THREAD}
        return Verdict(
            action=typed["action"],
            reason_code=typed["reason_code"],
            public_note=typed["body"],
            token=typed["token"],
            version=typed["version"],
            key=typed["key"],
            spans=typed.get("spans", ()),
            measure=typed["measure"],
            hours=(typed["hours"] or HOURS[0][0]) if pauses else None,
            follow_up=typed["follow_up"],
        )


class AnswerForm(SeenForm):
    """An answer to an appeal or a complaint, read by whoever made it in exactly these words."""

    body = Typed(
        label="Your answer to them",
        help_text="In exactly these words.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )

    def clean_body(self) -> str:
        return words_of(self.cleaned_data["body"], MOST_NOTE)


class AppealAnswerForm(AnswerForm):
    outcome = forms.ChoiceField(
        label="The decision",
        choices=[(AppealOutcome.UPHELD, "It stays"), (AppealOutcome.OVERTURNED, "It is taken back, exactly")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it stays."},
    )


class SecondForm(SeenForm):
    agrees = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


def _reasons() -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in desk_words.reasons().values()]


def _labels(found: Sequence[redacting.Part], *, shows_words: bool) -> list[tuple[str, str]]:
    """Parts by their words where those were revealed, by their number otherwise."""
    hidden = {True: " (hidden now)", False: ""}
    return [
        (part.key, (part.text if shows_words else f"Part {number}") + hidden[part.hidden])
        for number, part in enumerate(found, start=1)
    ]
