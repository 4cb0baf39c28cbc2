"""What a second look answers. Its own form: a decision needs words for the author, and this one reaches nobody."""

from typing import Any

from django import forms

from forum.models import Visibility
from moderation import desk_words
from moderation.models import Action, Review


class ReviewForm(forms.Form):
    """What this moderator would have done, and why."""

    action = forms.ChoiceField(
        label="The post",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you would have done with the post."},
    )
    reason_code = forms.ChoiceField(label="Reason", error_messages={"required": "Choose a reason."})
    review = forms.CharField(max_length=12, widget=forms.HiddenInput)

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["review"] = review.public_id
        # A held post is not left held; erasing is removing with a second person, and for readers the same.
        without = {Action.ERASE, *([Action.LEAVE] if review.stood == Visibility.HELD else [])}
        may = [choice for choice in Action.choices if choice[0] not in without]
        named = [(each.code, each.label) for each in desk_words.reasons().values()]
        self._offer(action=may, reason_code=[("", "Choose a reason"), *named])

    def _offer(self, **choices: Any) -> None:
        for name, offered in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = offered
