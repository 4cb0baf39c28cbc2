"""What must be true of the log: whole, guarded, and telling of everything that was done."""

from django.db.models import Exists, F, Max, OuterRef, Q

from moderation import audit, triggers
from moderation.invariants.breaches import Breach, archived_before, breach, breach_in, number_of
from moderation.models import AuditEvent, Case, Drill

TABLE = "moderation_auditevent"


def chains_are_whole() -> Breach | None:
    """No event was changed, taken out or put in between."""
    fault = audit.first_fault()
    return breach_in(TABLE, "chain", f"that does not add up ({fault})", [None]) if fault else None


def cases_were_logged_once() -> Breach | None:
    """The log tells of every case from its first moment, until that is archived."""
    opened = AuditEvent.objects.filter(case_ref=OuterRef("public_id"), kind="case.opened")
    counted = Case.objects.annotate(opened=number_of(opened)).exclude(opened=1)
    return breach("not logged as opened just once", counted.exclude(opened=0, pk__lte=_newest_archived()))


def _newest_archived() -> int:
    """The newest case whose beginning may be archived: those before it are older. A case opened again begins anew,
    so its own time does not say how old it is."""
    if (until := archived_before()) is None:
        return 0
    old = Q(opened_at__lt=until) | Q(signals__at__lt=until) | Q(decisions__at__lt=until)
    return Case.objects.filter(old).aggregate(newest=Max("pk"))["newest"] or 0


def logged_cases_are_there() -> Breach | None:
    """A case the log tells of did not vanish; a drill's is taken away when the drill ends."""
    case = Case.objects.filter(public_id=OuterRef("case_ref"))
    ended = Drill.objects.filter(case_ref=OuterRef("case_ref"), ended_at__isnull=False)
    opened = AuditEvent.objects.filter(kind="case.opened")
    return breach("of a case that is not there", opened.filter(~Exists(case), ~Exists(ended)), ref="case_ref")


def hands_are_in_the_log() -> Breach | None:
    """Whoever holds a case took it, and whoever sees its words revealed them, and the log tells of both."""
    by_them = AuditEvent.objects.filter(case_ref=OuterRef("public_id"), actor=OuterRef("lease_by__username"))
    taken = Case.objects.filter(lease_token__isnull=False)
    revealed = taken.filter(revealed_token=F("lease_token"))
    unlogged = taken.filter(~Exists(by_them.filter(kind="case.claimed")))
    unseen = revealed.filter(~Exists(by_them.filter(kind="case.revealed")))
    return breach("taken by someone the log does not name", unlogged) or breach("revealed and not logged so", unseen)


def guards_stand() -> Breach | None:
    """The database itself refuses to change or delete what was logged."""
    return breach_in(TABLE, "guard", "missing", triggers.missing())
