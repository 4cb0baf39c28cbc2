"""What must be true of the log: whole, guarded, and telling of everything that was done."""

from django.db.models import Exists, F, OuterRef

from moderation import audit, triggers
from moderation.invariants.breaches import Breach, breach, breach_in, number_of
from moderation.models import AuditEvent, Case

TABLE = "moderation_auditevent"


def chains_are_whole() -> Breach | None:
    """No event was changed, taken out or put in between."""
    fault = audit.first_fault()
    return breach_in(TABLE, "chain", f"that does not add up ({fault})", [None]) if fault else None


def cases_were_logged_once() -> Breach | None:
    """The log tells of every case from its first moment."""
    opened = AuditEvent.objects.filter(case_ref=OuterRef("public_id"), kind="case.opened")
    return breach("not logged as opened just once", Case.objects.annotate(opened=number_of(opened)).exclude(opened=1))


def logged_cases_are_there() -> Breach | None:
    """A case the log tells of did not vanish."""
    case = Case.objects.filter(public_id=OuterRef("case_ref"))
    opened = AuditEvent.objects.filter(kind="case.opened")
    return breach("of a case that is not there", opened.filter(~Exists(case)), ref="case_ref")


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
