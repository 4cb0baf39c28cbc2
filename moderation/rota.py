"""Who is here, who can be rung, and whom a step addresses. Pure, but for the one reading at the end.

A moderator is here while a shift they began by hand lasts, or while a planned shift of theirs runs and they did
something at the desk in the last quarter of an hour: a plan alone brings nobody.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from moderation.models import Duty, Moderator, Role, Rota
from moderation.models.people import DESK_ROLES

SEEN_LATELY = timedelta(minutes=15)
DAYS_AHEAD = 8  # the same weekday comes again within these
ON_SHIFT, ON_CALL, EVERYONE, LEADS, ADMINS = "on_shift", "on_call", "everyone", "leads", "admins"
LEADING = frozenset({Role.LEAD.value, Role.ADMIN.value})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """One row of the rota, as values: minutes of UTC, and the days on which the duty may begin."""

    who: int
    duty: str
    weekday: int
    starts: int
    ends: int
    valid_from: date
    valid_until: date | None

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """From when to when the duty that begins on this day lasts; None where none begins."""
        if day.weekday() != self.weekday or day < self.valid_from or (self.valid_until and day > self.valid_until):
            return None
        midnight = datetime.combine(day, time(), UTC)
        ends = self.ends if self.ends > self.starts else self.ends + 24 * 60
        return midnight + timedelta(minutes=self.starts), midnight + timedelta(minutes=ends)

    def running(self, at: datetime) -> datetime | None:
        """When the duty that runs at this moment ends; None where none runs."""
        spans = (self.on(at.date()), self.on(at.date() - _DAY))
        return max((span[1] for span in spans if span and span[0] <= at < span[1]), default=None)

    def next_start(self, at: datetime) -> datetime | None:
        """When the duty begins the next time, within the week to come."""
        days = (self.on(at.date() + n * _DAY) for n in range(DAYS_AHEAD))
        return min((span[0] for span in days if span and span[0] > at), default=None)


@dataclass(frozen=True, slots=True)
class Person:
    """One moderator, as far as calling them goes."""

    pk: int
    role: str = Role.MODERATOR.value
    shift_until: datetime | None = None  # begun by hand
    on_call: bool = False  # by hand
    seen_at: datetime | None = None
    has_address: bool = False

    @property
    def leads(self) -> bool:
        return self.role in LEADING


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is here and until when, and who can be rung, at one moment."""

    people: tuple[Person, ...] = ()
    here: dict[int, datetime] = field(default_factory=dict)
    on_call: frozenset[int] = frozenset()
    next_shift: datetime | None = None

    @property
    def until(self) -> datetime | None:
        """Until when someone is here; None: nobody is."""
        return max(self.here.values(), default=None)

    def of_leads(self) -> "Roster":
        """The same, of those who may take a case that only a lead may."""
        leads = {person.pk for person in self.people if person.leads}
        here = {pk: until for pk, until in self.here.items() if pk in leads}
        return Roster(self.people, here, self.on_call & leads, self.next_shift)

    def without(self, pk: int | None) -> "Roster":
        """The same, of everyone but this person."""
        people = tuple(person for person in self.people if person.pk != pk)
        here = {each: until for each, until in self.here.items() if each != pk}
        return Roster(people, here, self.on_call - {pk}, self.next_shift)


def roster(people: Iterable[Person], planned: Iterable[Planned], at: datetime) -> Roster:
    """Who is on shift and on call at this moment, from what they said by hand and from the plan."""
    staff, plan = tuple(people), list(planned)
    here = {person.pk: person.shift_until for person in staff if person.shift_until and person.shift_until > at}
    seen = {person.pk for person in staff if person.seen_at and person.seen_at > at - SEEN_LATELY}
    called = {person.pk for person in staff if person.on_call}
    for row in plan:
        ends = row.running(at)
        if ends and row.duty == Duty.ON_CALL:
            called.add(row.who)
        elif ends and row.who in seen:
            here[row.who] = max(ends, here.get(row.who, ends))
    starts = (row.next_start(at) for row in plan if row.duty == Duty.SHIFT)
    return Roster(staff, here, frozenset(called), min((start for start in starts if start), default=None))


def audience_of(step: int, now: Roster) -> str:
    """Whom a step of the ladder addresses. Where nobody is there to be addressed, the next ones at once."""
    if step == 0 and now.here:
        return ON_SHIFT
    if step <= 1 and now.on_call:
        return ON_CALL
    return EVERYONE


def addressed(audience: str, now: Roster) -> list[Person]:
    """The people of an audience. Admins, where the site has none, are its leads; leads, where it has none, are all."""
    everyone = {person.pk for person in now.people}
    chosen: Mapping[str, Collection[int]] = {
        ON_SHIFT: now.here,
        ON_CALL: now.on_call,
        LEADS: {person.pk for person in now.people if person.leads},
        ADMINS: {person.pk for person in now.people if person.role == Role.ADMIN},
    }
    found = [person for person in now.people if person.pk in chosen.get(audience, everyone)]
    wider = {ADMINS: LEADS, LEADS: EVERYONE}.get(audience)
    return addressed(wider, now) if wider and not found else found


def roster_at(now: datetime) -> Roster:
    """Everyone with a desk and the plan of these days, read in two queries."""
    staff = Moderator.objects.filter(is_active=True, role__in=[role.value for role in DESK_ROLES])
    people = staff.order_by("pk").values_list("pk", "role", "on_shift_until", "on_call", "seen_at", "alert_email")
    planned = Rota.objects.around(now).values_list(
        "moderator_id", "duty", "weekday", "starts", "ends", "valid_from", "valid_until"
    )
    return roster((Person(*row[:5], bool(row[5])) for row in people), (Planned(*row) for row in planned), now)
