"""What else the system does by itself at a crisis: it opens the door to moderators, and looks for whoever was aimed at.

Called inside the post's transaction. Nobody outside the site is ever told.
"""

from datetime import timedelta

from django.utils import timezone

from forum.around import at
from forum.models import Pause, Post, Shown
from moderation import risk, statements
from moderation.casework import Need, open_or_join, subject_of
from moderation.models import Case, Level, Outreach, Restriction, Signal, Source
from moderation.table import table

PAUSE = timedelta(hours=24)  # at most; a moderator's decision about the words ends it
AIMED_AT = "beside.aimed-at"  # the rule by which such a case is noticed
OF_WHO_IS_ADDRESSED = "encouragement.urged-on"  # its "suicide" is a danger to whoever is spoken to, not to its author
TARGET_WITHIN = 900  # seconds until a human should have looked at whoever the words aimed at


def at_crisis(post: Post, case: Case, assessment: risk.Assessment) -> None:
    """Open private outreach to someone in danger; after a push to harm, pause its author and look after its target.

    Each follows from its own finding at red or above: what a newcomer writes counts one more. Whoever is in danger
    themselves is never paused.
    """
    grave = [each for each in assessment.findings if each.level >= risk.Level.RED]
    found = {each.category for each in grave}
    pleas = [each for each in assessment.findings if table()[each.category].plea and each.rule != OF_WHO_IS_ADDRESSED]
    in_danger = any(each.level >= risk.Level.RED or each.doubted for each in pleas)
    if in_danger and post.peer:
        Outreach.objects.get_or_create(case=case, defaults={"peer": post.peer})
    if risk.Category.ENCOURAGEMENT in found and not in_danger:
        _pause_here(post, case)
    if found & {risk.Category.ENCOURAGEMENT, risk.Category.HARASSMENT}:
        _look_after_target(post)


def _pause_here(post: Post, case: Case) -> None:
    """In this thread or live room only: other rooms, help and outreach stay open to them."""
    if post.peer is None or post.peer.is_staff_voice:
        return
    until = timezone.now() + PAUSE
    held = Pause.objects.holding(post.peer, post.place, timezone.now())
    if held and (held.by_rules or held.until >= until):  # a host's few minutes are no reason to let it be
        return
    Pause.objects.create(peer=post.peer, **at(post.place), until=until, by_rules=True)
    restriction = Restriction.THREAD_PAUSED if post.thread else Restriction.LIVE_PAUSED
    statements.by_rules(case=case, peer=post.peer, restriction=restriction, until=until)


def _look_after_target(post: Post) -> None:
    """A case for the person the words were aimed at: whoever cried for help here last, else whoever spoke before."""
    others = Post.objects.filter(thread=post.thread_id, session=post.session_id, pk__lt=post.pk)
    others = others.open().exclude(peer=post.peer).exclude(peer=None).order_by("-pk")
    target = others.filter(help_for=Shown.EVERYONE).first() or others.first()
    if target is None:
        return
    case = open_or_join(subject_of(target), Need(Level.RED, [risk.Category.DISTRESS.value], TARGET_WITHIN))
    signal = Signal(case=case, subject=case.subject, revision=target.revision, source=Source.RULES, version="1")
    signal.rule, signal.category, signal.level = AIMED_AT, risk.Category.DISTRESS.value, Level.RED
    signal.reason = "Someone answered with words that push or attack. They are held; this person may need a word"
    Signal.objects.bulk_create([signal], ignore_conflicts=True)
