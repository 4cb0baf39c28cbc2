"""Each process judges with the set of rules that is in force in the database.

It looks every few seconds, before it judges, and loads a set once. A set that cannot be loaded never silences
anything: the rules that came with the program judge instead, and `/readyz` and the desk say so.
"""

import logging
import threading
import time
from dataclasses import dataclass

from django.db import DatabaseError

from moderation import risk, rules_kept
from moderation.models import ChangeKind, RuleChange

log = logging.getLogger(__name__)
LOOK_EVERY = 5.0  # seconds


@dataclass(slots=True)
class Known:
    """What this process knows: when it looks again, which set it follows, and why it could not."""

    look_at: float = 0.0
    follows: str = ""  # a hash; empty: the shipped set, whichever it is
    fault: str = ""


_known = Known()
_one_at_a_time = threading.Lock()


def keep_up() -> None:
    """Judge with the set in force from now on. Costs one short query every few seconds, and nothing between.

    One thread looks; the others go on with what they have. Without a database the rules stay as they are.
    """
    if time.monotonic() < _known.look_at or not _one_at_a_time.acquire(blocking=False):
        return
    try:
        _look()
    except DatabaseError as problem:
        log.warning("the rules in force could not be asked for: %s", type(problem).__name__)
    finally:
        _known.look_at = time.monotonic() + LOOK_EVERY
        _one_at_a_time.release()


def fault() -> str:
    """Why this process judges with the shipped rules though another set is in force; empty where it does not."""
    return _known.fault


def look_again() -> None:
    """The next judgement looks first: something has just changed."""
    _known.look_at = 0.0


def _look() -> None:
    change = RuleChange.objects.in_force().select_related("rule_set").only("kind", "rule_set__hash").first()
    wanted = "" if change is None or change.kind == ChangeKind.SHIPPED else change.rule_set.hash
    if wanted == _known.follows:
        return
    judge, fault_found = None, ""
    if change is not None and wanted:
        try:
            judge = rules_kept.judge_of(change.rule_set)
        except rules_kept.NotUsable:
            fault_found = f"the rules {wanted[:12]} cannot be used"  # why stands on the desk, not where all may read
            log.error("%s; those that came with the program judge", fault_found)  # noqa: TRY400  (no trace: as above)
    risk.use(judge)
    _known.follows, _known.fault = wanted, fault_found
