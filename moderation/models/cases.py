"""What a human must look at: cases, and who may have them. What was noticed in them: noticing.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case as If
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone

from forum.models import Post, Room
from forum.tokens import new_token
from moderation.models.people import LEAD_ROLES, Moderator
from moderation.models.states import CaseState, Level
from moderation.ordering import AT_ONCE, CRISIS, IN_TURN, ORDER, Place, place_of
from peers.models import Peer

SINGLE_AFTER = timedelta(hours=24)  # until one person alone may do what needs two, where there is nobody else
# A human came after the deadline as it stood then, or has not come: exactly the condition of the index case_late.
LATE_OR_UNSEEN = Q(first_human_at=None) | Q(first_human_at__gt=Coalesce("human_due_at", "due_at"))
# Whoever proposed what takes two has looked and done what one person can: it waits for agreement, not for help. Danger
# in words that came later opens the case anew, and is nobody's proposal.
WAITS_FOR_SECOND = Q(state=CaseState.PENDING_SECOND, not_for_since__gte=F("opened_at"))
NO_LEASE = {
    "lease_by": None,
    "lease_until": None,
    "lease_token": None,
    "revealed_token": None,
    "revealed_step": 0,
    "wanted_by": None,
}


def first_look(now: datetime) -> dict[str, Any]:
    """What the first human's look leaves on a case, for a conditional update: when, and by what deadline."""
    return {
        "first_human_at": Coalesce("first_human_at", now),
        "human_due_at": Coalesce("human_due_at", "due_at"),
    }


class Reveal(models.IntegerChoices):
    """How far the words of a case are open to whoever holds it."""

    COVERED = 0
    SENTENCE = 1, "the sentence"
    WHOLE = 2, "the whole"


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        return self.exclude(state=CaseState.RESOLVED)

    def in_danger(self) -> CaseQuerySet:
        """Open crises. Open is asked of `resolved_at` here (a constraint holds them equal): that has the index."""
        return self.filter(level=Level.CRISIS, resolved_at=None)

    def in_order(self) -> CaseQuerySet:
        """As the desk serves them: crisis first, then whatever is due first."""
        return self.order_by(*ORDER)

    def after(self, place: Place) -> CaseQuerySet:
        """What is served after this place. The database begins to read there, however far down it is."""
        tied = Q(level__gt=-place.calm) | Q(level=-place.calm, pk__lte=place.pk)
        passed = Q(due_at=place.due_at) & tied
        if place.rank == AT_ONCE:  # reads past the crises before it: they are few
            return self.exclude((Q(due_at__lt=place.due_at) | passed) & Q(rank=AT_ONCE))
        return self.filter(rank=place.rank, due_at__gte=place.due_at).exclude(passed)

    def at_once(self) -> CaseQuerySet:
        """Those that wait for nothing: the first of the order, found by its index."""
        return self.filter(rank=AT_ONCE)

    def of_name(self, case: Case) -> CaseQuerySet:
        """The cases of this one's name in its room, itself among them. Whom nobody can name is alone."""
        if case.peer_id is None or not case.author_name:
            return self.filter(pk=case.pk)
        return self.filter(peer=case.peer_id, room=case.room_id, author_name=case.author_name)

    def with_holders(self, now: datetime) -> CaseQuerySet:
        """With what a row of the queue says: room, holder, and as `name_holder` who holds another case of its name,
        and may have this one, too."""
        same = Case.objects.open().filter(peer=OuterRef("peer"), room=OuterRef("room"), lease_until__gt=now)
        same = same.filter(author_name=OuterRef("author_name")).exclude(author_name="").exclude(pk=OuterRef("pk"))
        same = same.exclude(lease_by=Coalesce(OuterRef("not_for"), 0))
        same = same.filter(Q(lease_by__role__in=[*LEAD_ROLES]) | Exact(OuterRef("lead_only"), Value(value=False)))
        holder = Subquery(same.values("lease_by__peer__staff_name")[:1])
        return self.select_related("room", "lease_by__peer").annotate(name_holder=holder)

    def locked(self) -> CaseQuerySet:
        """Held until the transaction ends, in the order in which everyone takes several cases."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def free(self, now: datetime) -> CaseQuerySet:
        """Cases nobody holds at this moment. Claimed is not a state: a crashed desk strands nothing."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))

    def without_drills(self) -> CaseQuerySet:
        """Cases of real people. Whatever counts or tells peers something leaves drills out."""
        return self.filter(peer__drill__isnull=True)

    def for_moderator(self, moderator: Moderator) -> CaseQuerySet:
        """Cases this person may work on: some only a lead may, and nobody judges what is about their own doing.

        Where nobody else could take such a case, it waits a day and is then theirs, and the log says so. Someone in
        danger waits for nothing: alone, one sees the case at once, and judges nothing of one's own before that day.
        """
        return self.filter(_allowed(moderator))


def _allowed(moderator: Moderator) -> Q:
    not_for_leads = Q() if moderator.leads else Q(lead_only=False)
    others = Moderator.objects.at_desk().exclude(pk=moderator.pk)
    leads = others.filter(role__in=[role.value for role in LEAD_ROLES])
    alone = Q(lead_only=True) & ~Exists(leads) | Q(lead_only=False) & ~Exists(others)
    waited = Q(not_for_since__lte=timezone.now() - SINGLE_AFTER) | Q(level=Level.CRISIS) | Q(subject__startswith="cry:")
    return not_for_leads & (Q(not_for=None) | ~Q(not_for=moderator) | waited & alone)


class Case(models.Model):
    """One thing that needs a human. At most one is open per subject; it covers the subject's latest revision."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    # Such as "post:<pk>"; of a live session "call:<its pk>:<persona pk or random>", "ask:<its pk>" (someone asked for a
    # moderator) and "word:<its pk>:<persona pk>" (a private word).
    subject = models.CharField(max_length=60)
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="cases")
    peer = models.ForeignKey(Peer, models.SET_NULL, null=True, related_name="cases")
    room = models.ForeignKey(Room, models.PROTECT, related_name="cases")
    author_name = models.CharField(max_length=60, blank=True)  # the name in that place, as others saw it
    level = models.PositiveSmallIntegerField(choices=Level)
    categories = models.JSONField(default=list)  # most urgent first
    lead_only = models.BooleanField(default=False)
    not_for = models.ForeignKey(
        Moderator, models.PROTECT, null=True, related_name="not_mine"
    )  # whose doing it is about
    not_for_since = models.DateTimeField(null=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, related_name="followed_by")  # asks again after it
    state = models.CharField(max_length=14, choices=CaseState, default=CaseState.OPEN)
    tier = models.PositiveSmallIntegerField(default=0)  # how far it has escalated
    due_at = models.DateTimeField()  # a human should have looked by then
    # The database keeps it: whoever raises or lowers a level cannot forget the place in the order.
    rank = models.GeneratedField(
        expression=If(When(level__gte=CRISIS, then=AT_ONCE), default=IN_TURN),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    opened_at = models.DateTimeField(default=timezone.now)
    first_human_at = models.DateTimeField(null=True)
    human_due_at = models.DateTimeField(null=True)  # the deadline as it stood then: moving it later hides no lateness
    resolved_at = models.DateTimeField(null=True)
    lease_by = models.ForeignKey(Moderator, models.SET_NULL, null=True, related_name="leases")
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    # Who offers to take it over from whoever has it; an offer ends with the lease.
    wanted_by = models.ForeignKey(Moderator, models.SET_NULL, null=True, related_name="offers")
    revealed_token = models.UUIDField(null=True)  # the lease under which the words were revealed
    # How far they are open under that lease. The default stands in the database, too, for a site one version behind.
    revealed_step = models.PositiveSmallIntegerField(choices=Reveal, default=Reveal.COVERED, db_default=Reveal.COVERED)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=~Q(state=CaseState.RESOLVED), name="case_one_open_per_subject"
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3]), name="case_level_amber_or_above"),
            models.CheckConstraint(
                condition=Q(lease_by__isnull=True, lease_token__isnull=True)
                | Q(lease_by__isnull=False, lease_until__isnull=False, lease_token__isnull=False),
                name="case_lease_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.RESOLVED, resolved_at__isnull=False)
                | (~Q(state=CaseState.RESOLVED) & Q(resolved_at__isnull=True)),
                name="case_resolved_has_time",
            ),
            models.CheckConstraint(
                condition=Q(not_for=None, not_for_since=None) | Q(not_for__isnull=False, not_for_since__isnull=False),
                name="case_not_for_has_time",
            ),
            models.CheckConstraint(condition=Q(revealed_step__in=Reveal.values), name="case_reveal_known"),
        ]
        indexes = [
            models.Index(  # the desk's queue, and the next case: moderation.ordering.ORDER
                fields=["rank", "due_at", "-level", "id"], condition=~Q(state="resolved"), name="case_queue"
            ),
            models.Index(fields=["post", "-id"], name="case_of_post"),  # what the author is told; earlier cases
            models.Index(fields=["peer", "room", "-id"], name="case_of_name"),  # this name's history in this room
            models.Index(  # the worker: leases that ran out
                fields=["lease_until"], condition=Q(lease_by__isnull=False), name="case_leases"
            ),
            models.Index(fields=["level", "opened_at"], name="case_crises_lately"),  # the worker: clusters of an hour
            models.Index(  # every page: people in danger for whom everyone was called
                fields=["level", "tier"], condition=Q(resolved_at__isnull=True), name="case_open_by_tier"
            ),
            # The board: cases opened in a period, with their waits; it holds all that is counted.
            models.Index(fields=["opened_at", "level", "first_human_at", "human_due_at", "due_at"], name="case_opened"),
            models.Index(  # the board: cases looked at too late or not yet, newest first, by key
                fields=["-opened_at", "-id"],
                condition=LATE_OR_UNSEEN,
                name="case_late",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return f"/desk/cases/{self.public_id}/"

    @property
    def place(self) -> Place:
        return place_of(level=self.level, due_at=self.due_at, pk=self.pk)

    def is_held(self, now: datetime) -> bool:
        return self.lease_by_id is not None and self.lease_until is not None and self.lease_until > now

    def is_for(self, moderator: Moderator) -> bool:
        """The same as `for_moderator`; asks the database only about what is of this person's own doing."""
        if self.not_for_id == moderator.pk:
            return Case.objects.for_moderator(moderator).filter(pk=self.pk).exists()
        return moderator.leads or not self.lead_only

    @property
    def waits_for_second(self) -> bool:
        """The same as `WAITS_FOR_SECOND` asks of the database."""
        since = self.not_for_since
        return self.state == CaseState.PENDING_SECOND and since is not None and since >= self.opened_at

    def may_be_judged_alone(self, now: datetime) -> bool:
        """Whether a case about one's own doing has waited the day after which the same person may judge it."""
        return self.not_for_since is not None and self.not_for_since <= now - SINGLE_AFTER

    def held_by(self, moderator: Moderator, now: datetime) -> bool:
        return self.lease_by_id == moderator.pk and self.is_held(now)

    def revealed_to(self, moderator: Moderator, now: datetime) -> Reveal:
        """Words are in the page only under the lease that revealed them, and only as far as it did."""
        theirs = self.held_by(moderator, now) and self.revealed_token == self.lease_token
        return Reveal(self.revealed_step) if theirs else Reveal.COVERED

    def is_revealed_to(self, moderator: Moderator, now: datetime) -> bool:
        """Every word of the case is open to them."""
        return self.revealed_to(moderator, now) == Reveal.WHOLE

    @property
    def is_whole_open(self) -> bool:
        """Whoever holds the case has revealed all of it, answers included."""
        opened = self.revealed_token is not None and self.revealed_token == self.lease_token
        return opened and self.revealed_step == Reveal.WHOLE

    @property
    def level_word(self) -> str:
        return Level(self.level).label
