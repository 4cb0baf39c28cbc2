"""Deciding alike cases together: advertising comes in heaps. Each case keeps a decision and a line in the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from forum.tokens import new_token
from moderation import deciding, triage
from moderation.deciding import Verdict
from moderation.effects import NotPossible
from moderation.models import Action, Case, CaseState, Level, Moderator, OutreachMessage
from moderation.models.cases import CaseQuerySet

MOST = 40  # cases at once
# Only what is about nobody's distress may be decided in a heap, and nothing that cannot be undone.
ALIKE = frozenset({"contact"})
ACTIONS = (Action.PUBLISH, Action.FOLD, Action.REMOVE)


@dataclass(frozen=True, slots=True)
class Seen:
    """One ticked case as its page had seen it."""

    ref: str
    token: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Done:
    decided: list[Case]
    changed: list[Case]  # something came, or the lease was lost: each has to be looked at by itself


def _alike(cases: CaseQuerySet) -> CaseQuerySet:
    """Those about which nothing asks for more than a glance: posts, and nothing was said with their authors about them.

    What was said in an earlier case counts, too: revealing this one would mark it as read, and no page here shows it.
    """
    said = OutreachMessage.objects.filter(outreach__peer=OuterRef("peer"), outreach__case__subject=OuterRef("subject"))
    posts = cases.filter(state=CaseState.OPEN, level__lte=Level.RED, subject__startswith="post:")
    return posts.filter(~Exists(said), categories__in=[[each] for each in sorted(ALIKE)])


def waiting(moderator: Moderator) -> list[Case]:
    """Free cases that can be decided together, in the order they are served; and those already in these hands."""
    now = timezone.now()
    free = triage.open_to(moderator).free(now) | triage.open_to(moderator).filter(lease_by=moderator)
    return list(_alike(free).in_order().select_related("post", "room", "lease_by__peer")[:MOST])


def take(*, refs: Sequence[str], moderator: Moderator) -> list[Case]:
    """Claim and reveal each that is still free; the others are left to whoever has them. Every reveal is logged."""
    taken = []
    for case in _alike(triage.open_to(moderator)).filter(public_id__in=refs[:MOST]).order_by("pk"):
        if triage.claim(case=case, moderator=moderator):
            triage.reveal(case=case, moderator=moderator)
            taken.append(case)
    return taken


def keep(*, refs: Sequence[str], moderator: Moderator) -> int:
    """Two minutes more for those of them that are still in these hands. How many are."""
    mine = triage.open_to(moderator).filter(lease_by=moderator, lease_until__gt=timezone.now())
    held = mine.filter(public_id__in=refs[:MOST]).order_by("pk")
    return sum(triage.claim(case=case, moderator=moderator) for case in held)


def decide(*, seen: Sequence[Seen], moderator: Moderator, action: str, reason_code: str, public_note: str) -> Done:
    """Decide each by itself, with its own event; one that changed meanwhile stops none of the others.

    Raises:
        NotPossible: not an action for many at once; nothing happened.
    """
    if action not in ACTIONS:
        raise NotPossible("Many at once can be published, folded or removed.")
    done = Done([], [])
    by_ref = {each.ref: each for each in seen[:MOST]}
    chosen = Case.objects.for_moderator(moderator).filter(public_id__in=by_ref)
    alike = set(_alike(chosen).values_list("pk", flat=True))
    for case in chosen.select_related("room").order_by("pk"):
        each = by_ref[case.public_id]
        verdict = Verdict(action, reason_code, public_note, each.token, each.version, key=f"batch-{new_token()}")
        if case.pk not in alike:
            done.changed.append(case)
            continue
        try:
            deciding.decide(case=case, moderator=moderator, verdict=verdict)
        except (triage.Conflict, NotPossible):
            done.changed.append(case)
        else:
            done.decided.append(case)
    return done
