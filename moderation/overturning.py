"""Granting an appeal: what was decided is taken back as far as it can be, and a human looks at what is left of it."""

from forum.locking import lock_post
from forum.showing import as_shown
from moderation import answering
from moderation.deciding import log, take_back
from moderation.effects import NotPossible
from moderation.measures import reverse_measure
from moderation.models import Action, Case, Decision, Moderator
from moderation.reopening import need_again, reopen
from moderation.seconding import call_off
from moderation.statements import restrictions_of

ERASED = "The words were erased and cannot come back. Say so in your answer, and let it stay as it was decided."


def overturn(decision: Decision, moderator: Moderator) -> None:
    """Take the decision back, whatever stage it is in. Called inside a transaction, with peer and post held.

    A proposal is called off. Erased words stay gone, and the voice comes back; whoever appealed against the erasure,
    too, is answered by themselves. Where something of the post is still held or hidden afterwards, its case is open
    again. Raises NotPossible.
    """
    if decision.needs_second and decision.confirmed_at is None and decision.declined_at is None:
        call_off(decision, moderator)
    elif decision.action == Action.ERASE and decision.confirmed_at:
        if not reverse_measure(decision):
            raise NotPossible(ERASED)
        answering.moot(decision=decision, by=moderator, restrictions=answering.OF_VOICES)
        return
    elif take_back(decision, moderator):
        log(decision.case, moderator, "decision.undone", action=decision.action)
        _look_again(decision)
    answering.moot(decision=decision, by=moderator)


def _look_again(decision: Decision) -> None:
    """Nothing stays restricted with nobody to answer for it."""
    post = lock_post(cases=decision.case)
    if post and restrictions_of(as_shown(post)):
        case = Case.objects.get(pk=decision.case_id)
        reopen(case, need_again(case))
