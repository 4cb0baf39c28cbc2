"""What the demo's moderators did before anyone looked: most cases are decided, a few wait on the desk."""

from datetime import datetime

from forum.models import Post, Visibility
from forum.tokens import new_token
from moderation import deciding, desk_words, triage
from moderation.models import Action, Case, Escalation, Exposure, Level, Moderator

LEFT_OPEN = 8
# Why a held post is removed, by the category that held it; anything else is put up again.
_REMOVED = {
    "method": "method-detail",
    "encouragement": "encouragement",
    "sourcing": "sourcing",
    "threat": "threat",
    "minor": "young-person",
    "harassment": "unkind",
    "contact": "contact-details",
}


def decide_most(posted: list[tuple[Post, datetime]], *, moderator: Moderator, lead: Moderator) -> int:
    """Decide all but the newest cases, as a moderator would: claim, reveal, decide. How many are left open?

    Every cry is decided but the newest, and that one has been looked at: a demo should not begin
    with someone in danger waiting for nobody.
    """
    when = {post.pk: at for post, at in posted}
    cases = sorted(Case.objects.open(), key=lambda case: when[case.post_id or 0], reverse=True)
    cries = [case for case in cases if case.level == Level.CRISIS]
    calmer = [case for case in cases if case.level < Level.CRISIS]
    for case in (*cries[1:], *calmer[LEFT_OPEN:]):
        _decide(case, lead if case.lead_only else moderator)
    for case in cries[:1]:
        worker = lead if case.lead_only else moderator
        _read(case, worker)
        triage.let_go(case=case, moderator=worker)
    Escalation.objects.filter(case__state="resolved", done_at=None).delete()  # they would only be found and passed over
    return len(calmer[:LEFT_OPEN]) + len(cries[:1])


def _read(case: Case, moderator: Moderator) -> None:
    """Claim and reveal. What is dated back over many days is not counted as read in one."""
    triage.claim(case=case, moderator=moderator)
    triage.reveal(case=case, moderator=moderator)
    Exposure.objects.filter(moderator=moderator).delete()


def _decide(case: Case, moderator: Moderator) -> None:
    _read(case, moderator)
    mine = Case.objects.select_related("post").get(pk=case.pk)
    if mine.lease_token is None:
        raise RuntimeError("the demo could not take its own case")
    action, code = verdict_on(mine.post)
    deciding.decide(
        case=mine,
        moderator=moderator,
        verdict=deciding.Verdict(
            action=action,
            reason_code=code,
            public_note=desk_words.reasons()[code].sentence,
            token=mine.lease_token,
            version=mine.version,
            key=new_token(),
        ),
    )
    triage.let_go(case=case, moderator=moderator)  # others of its name came into their hands with it


def verdict_on(post: Post | None) -> tuple[str, str]:
    """(action, reason code): what shows stays, what is held goes or comes up by what held it."""
    if post is None or post.visibility != Visibility.HELD:
        return Action.LEAVE.value, "pain-stands"
    code = _REMOVED.get(post.reason_key)
    return (Action.REMOVE.value, code) if code else (Action.PUBLISH.value, "wrong-alarm")
