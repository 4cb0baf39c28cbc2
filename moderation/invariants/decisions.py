"""What must be true of decisions: made once, written down, done, and either standing or wholly taken back.

An effect is of a kind. What a kind needs beyond what every effect needs stands in a function of its own.
"""

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from forum.models import Post, Visibility
from moderation.invariants.breaches import Breach, archived_before, breach, number_of
from moderation.models import Action, AuditEvent, Case, CaseState, Decision, Effect, EffectKind, Measure

VISIBILITY = EffectKind.VISIBILITY  # the kind of effect that changes who sees a post
_IN_A_CASE = "case__public_id"
_OF_A_CASE = "decision__case__public_id"


def no_version_is_decided_twice() -> Breach | None:
    """Of two who decide on the same state of a case, one does."""
    each = Decision.objects.order_by().values("case", "case_version").annotate(number=Count("pk"))
    return breach("beside another about the same version", each.filter(number__gt=1), ref=_IN_A_CASE)


def decided_cases_are_closed() -> Breach | None:
    """A decision closes its case in the same breath; only taking it back, or an answer, opens the case again.

    What a host did in a live room is no moderator's look: its case waits for one.
    """
    standing = Decision.objects.standing().filter(case=OuterRef("pk"), at__gte=OuterRef("opened_at"), session=None)
    waiting = Case.objects.filter(state__in=[CaseState.OPEN, CaseState.FOLLOW_UP])
    return breach("open under a decision that stands", waiting.filter(Exists(standing)))


def decisions_and_undoings_are_in_the_log_once() -> Breach | None:
    """Case by case the log tells of as many decisions and undoings as were made, no more and no fewer.

    Of those old enough to be archived, it tells of as many as are left in it.
    """
    made = Decision.objects.filter(case=OuterRef("pk"))
    undone = made.exclude(undone_at=None)
    counted = Case.objects.annotate(
        made=number_of(made),
        kept=number_of(made.filter(_in_the_log("at"))),
        undone=number_of(undone),
        undone_kept=number_of(undone.filter(_in_the_log("undone_at"))),
        logged=number_of(_events("case.decided", "case.proposed")),
        taken_back=number_of(_events("decision.undone")),
    )
    other = counted.exclude(logged__range=(F("kept"), F("made")), taken_back__range=(F("undone_kept"), F("undone")))
    return breach("with other decisions than its log tells of", other)


def _in_the_log(field: str) -> Q:
    """What is too young to be archived: the log must tell of it."""
    until = archived_before()
    return Q(**{f"{field}__gte": until}) if until else Q()


def _events(*kinds: str) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(case_ref=OuterRef("public_id"), kind__in=kinds)


def decisions_are_as_logged() -> Breach | None:
    """Who decided what and why cannot be changed afterwards without the log telling otherwise."""
    events = AuditEvent.objects.filter(case_ref=OuterRef(_IN_A_CASE), kind__in=["case.decided", "case.proposed"])
    same = events.annotate(action=_says("action", "data"), reason=_says("reason", "data")).filter(
        actor=OuterRef("moderator__username"), action=OuterRef("action"), reason=OuterRef("reason_code")
    )
    told = Decision.objects.filter(_in_the_log("at"))
    return breach("that the log tells otherwise", told.filter(~Exists(same)), ref=_IN_A_CASE)


def undone_decisions_name_who() -> Breach | None:
    half = Q(undone_at=None, undone_by__isnull=False) | Q(undone_at__isnull=False, undone_by=None)
    return breach("taken back by nobody, or at no time", Decision.objects.filter(half), ref=_IN_A_CASE)


def decisions_did_what_they_say() -> Breach | None:
    """Whatever was to happen to a post happened, but where its author was quicker and took it down."""
    did = Effect.objects.filter(decision=OuterRef("pk"), kind=VISIBILITY)
    acting = Decision.objects.filter(case__post__isnull=False).exclude(action=Action.LEAVE)
    there = acting.exclude(case__post__visibility=Visibility.WITHDRAWN)
    return breach("without its effect on the post", there.filter(~Exists(did)), ref=_IN_A_CASE)


def effects_stand_with_their_decision() -> Breach | None:
    """What was taken back was taken back whole, and nothing else was."""
    fallen = Q(decision__undone_at__isnull=False) | Q(decision__declined_at__isnull=False)
    # On a post that is gone there is nothing left to reverse; what is erased stays so.
    reachable = Q(kind=EffectKind.VISIBILITY, post__isnull=False) | Q(kind__in=[EffectKind.PAUSE, EffectKind.BAN])
    # An ended voice ends its pause. An appeal can give the voice back, but not words that were erased.
    for_good = Q(decision__confirmed_at__isnull=False)
    ended = Q(kind=EffectKind.PAUSE, decision__measure=Measure.BAN) & for_good
    ended |= Q(kind__in=[EffectKind.PAUSE, EffectKind.BAN], decision__action=Action.ERASE) & for_good
    half = fallen & Q(reversed_at=None) | ~fallen & Q(reversed_at__isnull=False) & ~ended
    return breach("not standing or falling with its decision", Effect.objects.filter(half, reachable), ref=_OF_A_CASE)


def removed_posts_were_removed_by_a_human() -> Breach | None:
    """Nothing is removed by itself: a decision that stands says so."""
    by_a_human = _standing(post=OuterRef("pk")).filter(after__visibility=Visibility.REMOVED)
    removed = Post.objects.filter(~Exists(by_a_human), visibility=Visibility.REMOVED)
    return breach("removed by no decision that stands", removed)


def posts_are_shown_as_decided() -> Breach | None:
    """The newest effect that stands is how the post is shown, until its author takes it down or writes it anew."""
    newer = _standing(post=OuterRef("post"), pk__gt=OuterRef("pk"))
    newest = _standing(post__isnull=False).filter(~Exists(newer))
    told = newest.annotate(shown=_says("visibility", "after"), of=Cast(_says("revision", "before"), IntegerField()))
    as_written = told.filter(post__revision=F("of")).exclude(post__visibility=Visibility.WITHDRAWN)
    return breach("not to be seen on its post", as_written.exclude(post__visibility=F("shown")), ref="post__public_id")


def _standing(**which: object) -> QuerySet[Effect]:
    return Effect.objects.filter(
        kind=VISIBILITY, reversed_at=None, decision__undone_at=None, decision__declined_at=None, **which
    )


def _says(key: str, field: str) -> KeyTextTransform:
    return KeyTextTransform(key, field)
