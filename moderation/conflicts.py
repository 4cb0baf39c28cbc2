"""What changed about a case while someone was working on it, told plainly to the one who came second."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from moderation.models import Case, CaseState, Decision, Moderator
from moderation.same_name import same_name


@dataclass(frozen=True, slots=True)
class Changed:
    sentences: tuple[str, ...]
    can_go_on: bool  # the case is free, or still theirs: they may take it and use what they wrote


def what_changed(case: Case, moderator: Moderator, *, seen_version: str = "") -> Changed:
    """Why a step was not taken, from how the case stands now."""
    now = timezone.now()
    if case.state == CaseState.RESOLVED:
        return Changed((_decided(case),), can_go_on=False)
    if case.lease_by and case.lease_until and case.lease_until > now and case.lease_by_id != moderator.pk:
        return Changed((f"{case.lease_by.public_name} has this case now.",), can_go_on=False)
    if first := same_name(case, moderator, now).kept_for:
        return Changed((kept_words(first.public_name, case.due_at),), can_go_on=False)
    sentences = []
    if not case.held_by(moderator, now):
        sentences.append("Your time with this case ran out. Nobody has it at this moment.")
    if seen_version.isdigit() and seen_version != str(case.version):
        sentences.append("Something came to this case since you opened it. Please look again before you decide.")
    return Changed(tuple(sentences) or ("This case is not as you saw it. Please look again.",), can_go_on=True)


def kept_words(name: str, due_at: datetime) -> str:
    return f"{name} has another case of this name, and may take this one first. From {due_at:%H:%M} UTC anyone may."


def _decided(case: Case) -> str:
    newest = Decision.objects.standing().filter(case=case).select_related("moderator__peer").order_by("-pk").first()
    if newest is None:
        return "This case was closed."
    return f"{newest.moderator.public_name} decided: {newest.did}. The author was told: {newest.public_note}"
