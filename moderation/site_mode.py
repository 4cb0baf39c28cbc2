"""Opening, slowing and pausing the site: by hand, with a reason and an end; otherwise by whether somebody is on shift.

Whoever chooses by hand is obeyed until the end they named. After it, and where nobody chose, the worker
follows the rota each round.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from forum.models import Mode, SiteMode
from forum.models.modes import THE_ROW
from moderation import audit
from moderation.models import Moderator
from moderation.rota import roster_at
from peers.again import once_more

REASONS: Mapping[str, str] = {
    "nobody": "Nobody can be here",
    "too_much": "More comes than we can answer",
    "disturbed": "Someone disturbs the site",
    "work": "Work on the site",
    "calm": "It is calm, and somebody is here",
}


def rota_mode(row: SiteMode, *, on_shift: bool) -> Mode:
    """The mode the rota calls for, where nobody chose by hand. Pure."""
    return Mode.OPEN if on_shift else Mode(row.unattended)


def stands_by_hand(row: SiteMode, now: datetime) -> bool:
    """Whether somebody's choice holds at this moment. Pure."""
    return row.by_hand and (row.until is None or row.until > now)


def row() -> SiteMode:
    """How it stands; a site on which nobody ever chose is open."""
    return SiteMode.objects.first() or SiteMode()


@once_more
def choose(*, moderator: Moderator, mode: Mode, reason: str, note: str = "", until: datetime | None = None) -> None:
    """Set the mode by hand, from this moment on, until its end or until someone changes it.

    `reason` is one of REASONS and stands in the log; `note` adds to it for colleagues and does not.
    """
    words = ": ".join(part for part in (REASONS[reason], note) if part)
    with transaction.atomic():
        before = _locked()
        values = {"mode": mode, "by_hand": True, "until": until, "reason": words, "changed_at": timezone.now()}
        SiteMode.objects.update(**values)
        ends = until.isoformat() if until else ""
        _log(moderator.username, before.mode, mode, why=reason, until=ends)


@once_more
def follow_rota(*, moderator: Moderator) -> None:
    """End what was chosen by hand; from now on the rota counts again."""
    with transaction.atomic():
        before = _locked()
        if before.by_hand:
            _switch(SiteMode.objects.all(), before, moderator.username, why="by hand no more")


@once_more
def choose_unattended(*, moderator: Moderator, mode: Mode) -> None:
    """What the site does by itself while nobody is on shift. The worker acts on it within its next round."""
    with transaction.atomic():
        before = _locked()
        SiteMode.objects.update(unattended=mode)
        told = {"before": before.unattended, "after": mode.value}
        audit.write(actor=moderator.username, kind="mode.unattended", case_pk=THE_ROW, **told)


def tend(*, now: datetime) -> bool:
    """The worker's part: end what was chosen by hand when its time is over, and follow the rota. Did it change?

    Of several workers one changes it; one that read before somebody chose changes nothing.
    """
    found = SiteMode.objects.first()
    if found is None or stands_by_hand(found, now) or _is_settled(found):
        return False
    seen = {"mode": found.mode, "by_hand": found.by_hand, "until": found.until, "unattended": found.unattended}
    with transaction.atomic():
        why = "its time is over" if found.by_hand else "rota"
        return _switch(SiteMode.objects.filter(**seen), found, "worker", why=why)


def _is_settled(found: SiteMode) -> bool:
    """Nothing can be due: open, and open without anyone, too. Then nobody has to be asked who is on shift."""
    return not found.by_hand and found.mode == found.unattended == Mode.OPEN


def _switch(rows: QuerySet[SiteMode], before: SiteMode, actor: str, *, why: str) -> bool:
    """To what the rota calls for, with its line in the log; False where it is so already, or these rows are gone."""
    now = timezone.now()
    after = rota_mode(before, on_shift=roster_at(now).until is not None)
    if after == before.mode and not before.by_hand:
        return False
    if not rows.update(mode=after, by_hand=False, until=None, reason="", changed_at=now):
        return False
    _log(actor, before.mode, after, why=why)
    return True


def _locked() -> SiteMode:
    SiteMode.objects.get_or_create(pk=THE_ROW)
    return SiteMode.objects.select_for_update(no_key=True).get()


def _log(actor: str, before: str, after: str, **data: str) -> None:
    audit.write(actor=actor, kind="mode.changed", case_pk=THE_ROW, before=str(before), after=str(after), **data)
