"""What leads send in at the rules lab."""

from django import forms

from moderation.models import RuleSet


class RuleFileForm(forms.Form):
    """One rule file of a set, changed. Nothing of its text is tidied: every sign of it decides."""

    file = forms.ChoiceField(widget=forms.HiddenInput)
    body = forms.CharField(  # the name under which the site gives unsent words back when a session has ended
        label="The file",
        help_text="The whole file as it should be. Examples and counter-examples of each changed rule are tried.",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "dir": "auto", "wrap": "off"}),
    )
    note = forms.CharField(
        label="What you changed, and why",
        help_text="Others read this before they approve it. Nobody's words, please.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: object, onto: RuleSet, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as Django's own
        field = self.fields["file"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(name, name) for name in sorted(onto.files)]

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")
