"""What the worker does in a round: deadlines, steps, messages; once an hour and once a day, tidying up."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError
from django.utils import timezone

import forum.tending
import peers.tending
from moderation import escalating, holding, leaving, rules_in_force, rules_kept, rules_shadow, rules_working, sending
from moderation.models import Heartbeat

log = logging.getLogger(__name__)
HEARTBEAT = "worker"
BEAT_EVERY = timedelta(seconds=10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def tend(*, now: datetime | None = None) -> int:
    """One round. Each thing is done once, however many workers run; one that fails does not stop the others.

    How many things were done? Raises DatabaseError when the database cannot even be asked what is due.
    """
    now = now or timezone.now()
    done = 0
    for pk in holding.due_holds(now):
        done += _safely("a hold", partial(holding.end_hold, pk, now=now))
    for step in escalating.due_steps(now):
        done += _safely("a step", partial(escalating.take_step, step, now=now))
    for message in sending.due_messages(now):
        done += _safely("a message", partial(sending.send, message, now=now))
    done += _tidy(now)
    done += _lab(now)
    _beat(now)
    return done


def _lab(now: datetime) -> int:
    """Last of all, so that no deadline waits for it: what the rules lab was asked for."""
    rules_in_force.keep_up()
    done = _safely("a replay", partial(rules_working.begin_asked, now))
    for shadow in rules_shadow.running():
        done += _safely("a shadow", partial(rules_shadow.tend, shadow, now=now))
    return done


def _tidy(now: datetime) -> int:
    done = 0
    if its_time("hourly", HOUR, now):
        done += _safely("live words", partial(forum.tending.drop_live_words, now=now))
        done += _safely("sessions", partial(peers.tending.drop_ended_sessions, now=now))
        done += _safely("drafts", partial(forum.tending.drop_old_drafts, now=now))
        done += _safely("unused identities", partial(peers.tending.let_unused_go, now=now))
        done += _safely("kept words", partial(leaving.erase_kept_words, now=now))
        _safely("the shipped rules", rules_kept.keep_shipped)
    if its_time("daily", DAY, now):
        done += _safely("files", forum.tending.purge_files)
    return done


def its_time(name: str, every: timedelta, now: datetime) -> bool:
    """Whether this worker, and no other, does what is due every so often."""
    _, is_new = Heartbeat.objects.get_or_create(name=name, defaults={"at": now})
    return is_new or bool(Heartbeat.objects.filter(name=name, at__lte=now - every).update(at=now))


def _beat(now: datetime) -> None:
    """Written every ten seconds: a row a second would only wear the disk."""
    _, is_new = Heartbeat.objects.get_or_create(name=HEARTBEAT, defaults={"at": now})
    if not is_new:
        Heartbeat.objects.filter(name=HEARTBEAT, at__lte=now - BEAT_EVERY).update(at=now)


def _safely(what: str, do: Callable[[], object]) -> int:
    """Do it, and count what was done. Of a failure only the kind is logged. A lost database ends the round."""
    try:
        done = do()
        return done if isinstance(done, int) else int(bool(done))
    except DatabaseError:
        raise
    except Exception as problem:  # noqa: BLE001  (one bad row must not keep the others from their deadline)
        log.error("tending %s failed: %s", what, type(problem).__name__)  # noqa: TRY400  (a trace quotes values)
        return 0
