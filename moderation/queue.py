"""The queue as the desk shows it: in the order it is served, with no word of what was written."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from moderation.desk_words import category_words
from moderation.models import Case, CaseState, Moderator
from moderation.models.cases import CaseQuerySet
from moderation.ordering import IN_TURN, Place

PAGE = 50
_ASKS = {
    "appeal": "An appeal",
    "complaint": "About a moderator",
    "follow-up": "Asks again",
    "ask": "A host asks you in",
    "word": "A private word in a live room",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One waiting case: level, deadline, what kind of thing, by which name, and who has it."""

    case: Case
    extract: str
    due: str
    late: bool
    holder: str  # "" when free
    mine: bool
    kept_for: str  # whoever has another case of this name, and may take this one first; "" when anyone may
    of_mine: bool  # free, and of a name this moderator has a case of
    not_today: bool  # of a kind this moderator keeps away from; theirs to choose all the same

    @property
    def asks(self) -> str:
        """What it asks for beside an ordinary look; empty for most."""
        if self.case.state == CaseState.PENDING_SECOND:
            return "Waits for a second person"
        about = _ASKS.get(self.case.subject.partition(":")[0], "")
        return about or ("An answer came" if self.case.state == CaseState.FOLLOW_UP else "")


@dataclass(frozen=True, slots=True)
class Queue:
    rows: list[Row]
    older: str  # the key of the next page; "" on the last


def queue_for(moderator: Moderator, *, after: str = "", most: int = PAGE) -> Queue:
    """One page of open cases this moderator may take, in the order served. One query."""
    now = timezone.now()
    waiting = Case.objects.open().for_moderator(moderator).in_order().with_holders(now)
    cases = list(_beyond(waiting, after)[: most + 1])
    older = key_of(cases[most - 1]) if len(cases) > most else ""
    return Queue([_row(case, moderator, now) for case in cases[:most]], older)


def key_of(case: Case) -> str:
    """Where a case stands in the order: rank, deadline, level, number."""
    rank, due_at, calm, pk = case.place
    return f"{rank}.{(due_at - _EPOCH) // _MICROSECOND}.{-calm}.{pk}"


def due_words(due_at: datetime, now: datetime) -> str:
    """ "due in 6 min" or "6 min over", as exact as it needs to be."""
    seconds = int((due_at - now).total_seconds())
    return f"due in {span_words(seconds)}" if seconds >= 0 else f"{span_words(-seconds)} over"


def span_words(seconds: int) -> str:
    """A length of time in its largest fitting unit."""
    for size, unit in ((172800, "days"), (7200, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // {'days': 86400, 'h': 3600, 'min': 60}[unit]} {unit}"
    return f"{seconds} s"


def _row(case: Case, moderator: Moderator, now: datetime) -> Row:
    name = case.author_name or "Someone"
    held = case.lease_by if case.is_held(now) else None
    of_name = "" if held else getattr(case, "name_holder", None) or ""  # as `with_holders` read it
    of_mine = of_name == moderator.public_name
    return Row(
        case=case,
        extract=f"{name}: {category_words(case.categories) or 'reported'}",
        due=due_words(case.due_at, now),
        late=case.due_at < now,
        holder=held.public_name if held else "",
        mine=held is not None and held.pk == moderator.pk,
        kept_for="" if of_mine or case.due_at <= now else of_name,
        of_mine=of_mine,
        not_today=not set(case.categories).isdisjoint(moderator.opted_out),
    )


def _beyond(waiting: CaseQuerySet, after: str) -> CaseQuerySet:
    """Cases that come after a key; everything for a key that is none."""
    parts = after.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return waiting
    rank, due, level, pk = map(int, parts)
    place = Place(min(rank, IN_TURN), _EPOCH + due * _MICROSECOND, -level, pk)
    return waiting.after(place)
