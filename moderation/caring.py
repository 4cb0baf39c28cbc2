"""Looking after moderators: counting what they read, breaks, what they would rather not read, notes to the next.

Two things stand above it all: a crisis is never left without anyone for the sake of a limit or a
choice, and nobody's count is shown to anybody else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from forum.text import tidy
from moderation import risk, staffing
from moderation.conflicts import Changed
from moderation.desk_words import category_words
from moderation.exposure import Standing, measure
from moderation.models import (
    Appeal,
    AuditEvent,
    Case,
    CaseState,
    Complaint,
    Decision,
    Exposure,
    HandoverNote,
    Level,
    Moderator,
    OutreachMessage,
    Snapshot,
)
from moderation.rota import roster_at

FEWEST = 3  # people below which a figure about all of them is one about somebody
REVEALED = "case.revealed"
NOTES_KEPT_DAYS = 7
AT_THE_LIMIT = (
    "You have read as much today as one person should. Nothing more is served to you but a crisis that nobody holds, "
    "and what you have read already you may finish. This case waits for someone else."
)
_READ = {Level.AMBER: "ambers", Level.RED: "reds", Level.CRISIS: "crises"}


class UnknownCategory(ValueError):
    """Not one of the categories there are. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class Care:
    """How one moderator's day stands, for their own eyes."""

    units: int
    ambers: int
    reds: int
    crises: int
    standing: Standing
    proposes_break: bool
    soft: int
    hard: int


@dataclass(frozen=True, slots=True)
class Team:
    """The day of all the others together. Never of one of them."""

    people: int
    units: int
    resting_due: int  # how many stand at the soft limit or above


def care_of(moderator: Moderator, now: datetime) -> Care:
    """One query."""
    count = _current(moderator, now) or Exposure()
    figures = measure()
    return Care(
        units=count.units,
        ambers=count.ambers,
        reds=count.reds,
        crises=count.crises,
        standing=figures.standing(count.units),
        proposes_break=figures.proposes_break(count.units, count.put_off_at),
        soft=figures.soft,
        hard=figures.hard,
    )


def count_reveal(*, case: Case, moderator: Moderator, now: datetime) -> int:
    """Count the words of a case in their reader's day: the same ones once, however often and in whatever steps.

    How many texts stood behind the cover (forms of the post, answers, notes of reports): the log keeps
    that number, and by it a text that came since is told from one read before. Called inside the
    reveal's transaction, before its line in the log.
    """
    fresh = Case.objects.get(pk=case.pk)
    texts = _texts_of(fresh)
    count = _current(moderator, now)
    if count is None:
        start = {"began_at": now, "last_at": now}
        count, _ = Exposure.objects.get_or_create(moderator=moderator, day=timezone.localdate(now), defaults=start)
    is_new = texts > _texts_read(fresh, moderator, count.began_at)
    counted = Exposure.objects.filter(pk=count.pk)
    if is_new:
        read = _READ[Level(fresh.level)]
        units = measure().units_of(fresh.level, fresh.categories)
        counted.update(last_at=now, units=F("units") + units, **{read: F(read) + 1})
    else:
        counted.update(last_at=now)
    return texts


def has_room(*, case: Case, moderator: Moderator, now: datetime) -> bool:
    """Whether this moderator's day has room for a free case: at the hard limit for a crisis, and for what they read."""
    if case.level == Level.CRISIS:
        return True
    count = _current(moderator, now)
    if count is None or measure().standing(count.units) != Standing.LIMIT:
        return True
    return _texts_read(case, moderator, count.began_at) > 0


def served_to(*, moderator: Moderator, now: datetime) -> Q:
    """Which free cases "next" gives this moderator at this moment.

    At the hard limit only crises. Of the categories they keep away from none, but for a crisis that
    nobody else on shift could take, or for which nobody came in time. What they did in a live room
    others look at first, where others are there in time; a crisis is served to them all the same.
    """
    served = Q(level=Level.CRISIS) if care_of(moderator, now).standing == Standing.LIMIT else Q()
    own = _own_acts(moderator)
    if not (moderator.opted_out or own):
        return served
    alone = Q(due_at__lte=now) | ~_others_can_take(moderator, now)
    if moderator.opted_out:
        served &= ~_of_kinds(moderator.opted_out) | (Q(level=Level.CRISIS) & alone)
    if own:
        served &= ~Q(pk__in=own) | Q(level=Level.CRISIS) | alone
    return served


def _own_acts(moderator: Moderator) -> list[int]:
    """Open cases in which something stands that they did in a live room."""
    acts = Decision.objects.standing().filter(session__isnull=False, moderator=moderator, case__resolved_at=None)
    return list(acts.values_list("case", flat=True).distinct())


def may_be_offered(*, moderator: Moderator, now: datetime) -> Q:
    """Cases whose words may be put before this moderator where nobody waits: none at the hard limit, and never any of
    the kinds they keep away from."""
    if care_of(moderator, now).standing == Standing.LIMIT:
        return Q(pk__in=[])
    return ~_of_kinds(moderator.opted_out)


def kept_from(*, case: Case, moderator: Moderator, now: datetime) -> Changed | None:
    """Why a case that is free was not given to them; None where their limit is not the reason."""
    is_free = case.state != CaseState.RESOLVED and not (case.lease_until and case.lease_until > now)
    if not is_free or has_room(case=case, moderator=moderator, now=now):
        return None
    return Changed((AT_THE_LIMIT,), can_go_on=False)


def notices_on(case: Case, moderator: Moderator, care: Care, now: datetime) -> list[str]:
    """Plain sentences for a case page: why this one is not for them, or is, though a limit or choice says otherwise."""
    if case.level != Level.CRISIS:
        at_limit = care.standing == Standing.LIMIT
        limited = kept_from(case=case, moderator=moderator, now=now) if at_limit else None
        return list(limited.sentences) if limited else []
    sentences = []
    if kinds := [each for each in case.categories if each in moderator.opted_out]:
        sentences.append(
            f"You keep away from this kind today: {category_words(kinds)}. A crisis is served to you all the same when "
            "nobody else on shift can take it, or when it has waited past its time. You may give it back."
        )
    if care.standing == Standing.LIMIT:
        sentences.append("You have reached today's limit. Only a crisis that nobody holds still comes to you.")
    return sentences


def take_break(*, moderator: Moderator) -> int:
    """The cases in their hands go back, and the card that proposed it is put away. How many cases?"""
    put_off_break(moderator=moderator)
    return staffing.take_break(moderator=moderator)


def put_off_break(*, moderator: Moderator) -> None:
    """The card comes back some units later; at the hard limit it stays."""
    running = Exposure.objects.current(timezone.now(), measure().rest).filter(moderator=moderator)
    running.update(put_off_at=F("units"))


def choose(*, moderator: Moderator, opted_out: Collection[str], whole_at_once: bool) -> None:
    """Keep what they would rather not be served, and how words are revealed to them. Raises UnknownCategory."""
    known = [category.value for category in risk.Category]
    if unknown := set(opted_out) - set(known):
        raise UnknownCategory(", ".join(sorted(unknown)))
    chosen = [category for category in known if category in opted_out]
    Moderator.objects.filter(pk=moderator.pk).update(opted_out=chosen, whole_at_once=whole_at_once)


def leave_note(*, moderator: Moderator, body: str, key: str) -> HandoverNote:
    """Tell whoever comes next. Sending the same `key` again returns the first note."""
    try:
        with transaction.atomic():
            return HandoverNote.objects.create(moderator=moderator, body=tidy(body), key=key)
    except IntegrityError:
        return HandoverNote.objects.get(moderator=moderator, key=key)


def put_note_away(*, note: HandoverNote, moderator: Moderator) -> None:
    """This reader has read it; others still find it."""
    note.read_by.add(moderator)


def team_today(*, asking: Moderator, now: datetime) -> Team | None:
    """The others' day in sums, in one query; None where a sum would tell of one person.

    Who asks is left out, or they could subtract themselves. Fewer than three who have read, or fewer
    than three at work now (what is added would be one person's), and there is no figure.
    """
    others = Moderator.objects.filter(is_active=True).exclude(pk=asking.pk)
    today = Q(exposures__in=Exposure.objects.current(now, measure().rest).filter(units__gt=0))
    found = others.aggregate(
        at_work=Count("pk", filter=Q(on_shift_until__gt=now), distinct=True),
        people=Count("pk", filter=today, distinct=True),
        units=Sum("exposures__units", filter=today),
        resting_due=Count("pk", filter=today & Q(exposures__units__gte=measure().soft), distinct=True),
    )
    if min(found["at_work"], found["people"]) < FEWEST:
        return None
    return Team(found["people"], found["units"], found["resting_due"])


def drop_old(*, now: datetime) -> int:
    """Counts and notes past their time are deleted. How many rows?"""
    kept_from_day = timezone.localdate(now - measure().keep)
    counts = Exposure.objects.filter(day__lt=kept_from_day).delete()
    notes = HandoverNote.objects.filter(at__lt=now - timedelta(days=NOTES_KEPT_DAYS)).delete()
    return counts[0] + notes[0]


def _current(moderator: Moderator, now: datetime) -> Exposure | None:
    return Exposure.objects.current(now, measure().rest).filter(moderator=moderator).order_by("-day").first()


def _texts_of(case: Case) -> int:
    """How many texts of peers stand behind the cover of this case."""
    answers = OutreachMessage.objects.about(case).filter(moderator=None)
    asked = Appeal.objects.filter(case=case).exclude(words=""), Complaint.objects.filter(case=case).exclude(words="")
    before = Snapshot.objects.filter(case=case.follows_id).exclude(words="")  # shown as it was last kept: one text
    several = (case.snapshots.exclude(words=""), answers, case.reports.exclude(note=""), *asked)
    return sum(each.count() for each in several) + before.exists()


def _texts_read(case: Case, moderator: Moderator, since: datetime) -> int:
    """How many of them this moderator has had before them since then, as the log says."""
    seen = AuditEvent.objects.filter(case_ref=case.public_id, kind=REVEALED, actor=moderator.username, at__gte=since)
    return max((int(data.get("texts", 0)) for data in seen.values_list("data", flat=True)), default=0)


def _of_kinds(kinds: Collection[str]) -> Q:
    """Cases in any of these categories; none for none. A list kept as JSON is searched as text on every database."""
    found = Q(pk__in=[])
    for kind in kinds:
        found |= Q(categories__icontains=f'"{kind}"')
    return found


def _others_can_take(moderator: Moderator, now: datetime) -> Q:
    """Cases that someone else on shift could be served: below their limit, not of a kind they keep away from."""
    spent = Exposure.objects.current(now, measure().rest).filter(units__gte=measure().hard)
    here = Moderator.objects.filter(pk__in=roster_at(now).here)  # by hand and by plan
    others = here.exclude(pk=moderator.pk).exclude(exposures__in=spent)
    can = Q(pk__in=[])
    for leads, kinds in {(other.leads, frozenset(other.opted_out)) for other in others}:
        can |= ~_of_kinds(kinds) & (Q() if leads else Q(lead_only=False))
    return can
