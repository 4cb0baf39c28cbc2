"""What must be true of cases: what was noticed is before a human or was decided by one, and someone is called."""

from typing import Any

from django.db.models import BigIntegerField, CharField, Count, Exists, F, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, StrIndex, Substr

from forum.models import Post
from moderation.casework import STEPS
from moderation.invariants.breaches import Breach, breach, number_of
from moderation.models import Case, CaseState, Decision, Escalation, Level, Outbox, Signal

_OF_A_POST = Q(subject__startswith="post:")
# A decision that an appeal overturned closed its case all the same; one that was declined never did.
# What was done at once in a live room never did, either: a moderator decides.
_STANDS = Q(declined_at=None, session=None) & (Q(undone_at=None) | Q(statements__appeal__outcome="overturned"))
_ANSWERED_BY_CASE = Q(case__subject__startswith="appeal:") | Q(case__subject__startswith="complaint:")


def signals_have_their_case() -> Breach | None:
    """Whatever was noticed at amber or above belongs to a case of the same subject."""
    astray = Q(case=None) | (_OF_A_POST & ~Q(subject=F("case__subject")))
    return breach("in no case of its subject", Signal.objects.filter(astray), ref="case__public_id")


def one_open_case_per_subject() -> Breach | None:
    """Two people never work on the same words in two places."""
    each = Case.objects.open().order_by().values("subject").annotate(number=Count("pk"), ref=Min("public_id"))
    return breach("open beside another of the same subject", each.filter(number__gt=1), ref="ref")


def cases_are_about_their_post() -> Breach | None:
    """The subject and the post a case names are the same words, as long as these are there."""
    subject = Concat(Value("post:"), Cast("post_id", CharField()))
    other = Case.objects.filter(post__isnull=False).exclude(subject=subject)
    named = Post.objects.filter(pk=Cast(Substr(OuterRef("subject"), 6), BigIntegerField()))
    lost = Case.objects.filter(_OF_A_POST, Exists(named), post=None)
    return breach("about another post than its subject", other) or breach("that lost its post", lost)


def what_was_noticed_waits_or_was_decided() -> Breach | None:
    """A case closes over what was noticed only by a decision made after it, which nobody took back.

    A calm answer to the desk may be closed without one: the earlier decision stands. What came while a second person
    was awaited is decided by that person's agreeing.
    """
    seen = Q(at__gte=OuterRef("at")) | Q(confirmed_at__gte=OuterRef("at"))
    decided = Decision.objects.filter(_STANDS, seen, case=OuterRef("case"))
    closed = Signal.objects.filter(_OF_A_POST | Q(level__gte=Level.RED), case__state=CaseState.RESOLVED)
    closed = closed.exclude(_ANSWERED_BY_CASE)
    return breach("closed without a decision about it", closed.filter(~Exists(decided)), ref="case__public_id")


def open_cases_are_as_urgent_as_what_was_noticed() -> Breach | None:
    """Automation raises a level and never lowers it."""
    lowered = Signal.objects.filter(case=OuterRef("case"), rule="human.lowered", at__gte=OuterRef("at"))
    graver = Signal.objects.filter(case=OuterRef("pk"), at__gte=OuterRef("opened_at"), level__gt=OuterRef("level"))
    graver = graver.filter(~Exists(lowered))  # only a human does that
    return breach("less urgent than what was noticed", Case.objects.open().filter(Exists(graver)))


def resolved_cases_are_in_nobodys_hands() -> Breach | None:
    none = Q(lease_by=None, lease_until=None, lease_token=None, revealed_token=None)
    return breach("resolved, and still in someone's hands", Case.objects.filter(~none, state=CaseState.RESOLVED))


def resolved_cases_were_decided_by_a_human() -> Breach | None:
    """Nothing closes by itself: somebody decided, answered an appeal or a complaint, or looked again."""
    stands = Decision.objects.filter(_STANDS, case=OuterRef("pk"))
    # Of several cases that one follow-up opened, `asks` names the newest alone.
    looked_again = Q(subject__startswith="follow-up:")
    answered = Q(appeals__outcome__gt="") | Q(complaint__answer__gt="") | looked_again
    alone = ~Exists(stands) & ~Exists(Case.objects.filter(answered, pk=OuterRef("pk"))) | Q(first_human_at=None)
    moot = Q(appeals__outcome="overturned", first_human_at=None)  # granted because the decision was taken back
    closed = Case.objects.filter(alone, state=CaseState.RESOLVED).exclude(moot)
    return breach("resolved by no decision that stands", closed)


def open_cases_have_their_steps() -> Breach | None:
    """Where nobody comes in time, more people are called: each planned step is there to be taken."""
    planned = Escalation.objects.filter(case=OuterRef("pk"), step__in=STEPS)
    counted = Case.objects.open().annotate(planned=number_of(planned))
    return breach("open without a step that calls more people", counted.exclude(planned=len(STEPS)))


def steps_taken_raised_the_tier() -> Breach | None:
    """A step that was taken shows: the page says that help is late."""
    taken = Escalation.objects.filter(
        case=OuterRef("pk"), step__in=STEPS, done_at__isnull=False, step__gt=OuterRef("tier")
    )
    return breach("at a lower tier than the step that was taken", Case.objects.open().filter(Exists(taken)))


def crisis_cases_rang() -> Breach | None:
    """Whoever is on call was told of a crisis, or of another of the same name in the same room."""
    others = Case.objects.filter(room=OuterRef("room"), pk__in=_announced()).exclude(pk=OuterRef("pk"))
    same_name = Exists(others.filter(peer=OuterRef("peer"))) | (Q(peer=None) & Exists(others.filter(peer=None)))
    silent = Case.objects.filter(level=Level.CRISIS).exclude(pk__in=_announced())
    return breach("at crisis of which nobody was told", silent.exclude(same_name))


def _announced() -> QuerySet[Outbox, Any]:
    """The cases alerts are about, by their number in the alert's key."""
    after = Substr("key", len("case:") + 1)
    number = Substr("key", len("case:") + 1, StrIndex(after, Value(":")) - 1)
    alerts = Outbox.objects.filter(kind="alert", key__startswith="case:")
    return alerts.annotate(number=Cast(number, BigIntegerField())).values("number")
