"""What staff send in with a reason: every such form has one, under the name the site gives unsent words back by."""

from django import forms

from forum.forms import Typed, has_words

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
