"""What the worker does in a round: deadlines, steps, messages; now and then looking after the whole, and tidying up."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

import forum.tending
import peers.tending
from forum.live import ending, reminding, scheduling
from moderation import (
    alarms,
    caring,
    drilling,
    escalating,
    following_up,
    holding,
    leaving,
    retention,
    reviewing,
    rules_in_force,
    rules_kept,
    rules_shadow,
    rules_working,
    sending,
    site_mode,
    staffing,
)
from moderation.models import Heartbeat
from moderation.pacing import DAY, HOUR, MINUTE, its_time

log = logging.getLogger(__name__)
HEARTBEAT = "worker"
BEAT_EVERY = timedelta(seconds=10)
MANY = 100  # of one kind in a round; the rest is done in the next one, which follows at once and sees what is new
__all__ = ["HEARTBEAT", "MANY", "its_time", "pass_on", "tend"]


def tend(*, now: datetime | None = None, messages: bool = True) -> int:
    """One round. Each thing is done once, however many workers run; one that fails does not stop the others.

    How many things were done? Raises DatabaseError when the database cannot even be asked what is due.
    """
    now = now or timezone.now()
    done = _all_due("a lease", escalating.lapsed_leases, escalating.end_lease, now)  # may make a step due
    done += _all_due("a hold", holding.due_holds, holding.end_hold, now)  # so may this
    done += _all_due("a step", escalating.due_steps, escalating.take_step, now)
    done += _all_due("a follow-up", following_up.due_follow_ups, following_up.remind, now)
    done += _all_due("a live room", ending.due_endings, ending.end, now)
    done += _safely("the site's mode", partial(site_mode.tend, now=now))
    done += _look_after(now) + _tidy(now)
    if messages:
        done += sum(pass_on(channel, now=now) for channel in sending.CHANNELS)
    done += _lab(now)
    _beat(now)
    return done


def pass_on(channel: str, *, now: datetime | None = None) -> int:
    """Send what waits for one channel. How many were sent?"""
    now = now or timezone.now()
    due = sending.due_messages(now, channel)
    return sum(_safely("a message", partial(sending.send, message, now=now)) for message in due)


def _all_due(what: str, due: Callable[..., list[Any]], do: Callable[..., object], now: datetime) -> int:
    """Batch after batch of what is due. What fails or is in other hands is left out, so that it stops nothing."""
    done, left_out = 0, set[Any]()
    while done < MANY and (batch := due(now, left_out)):
        for each in batch:
            if _safely(what, partial(do, each, now=now)):
                done += 1
            else:
                left_out.add(each)
    return done


def _look_after(now: datetime) -> int:
    """What looks at the whole: crises without a step to come, people in danger in one room, drills."""
    done = _safely("a drill", partial(drilling.follow, now=now))
    done += _safely("rooms without a host", partial(alarms.look_for_unattended, now=now))
    if its_time("minutely", MINUTE, now):
        done += _safely("silent crises", partial(escalating.ring_for_the_silent, now))
        done += _safely("clusters", partial(alarms.look_for_clusters, now=now))
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
        done += _safely("the judge's hearing", partial(alarms.look_at_hearing, now=now))
        done += _safely("who was seen", partial(staffing.forget_seen, now=now))
        done += _safely("live words", partial(forum.tending.drop_live_words, now=now))
        done += _safely("reminders", partial(reminding.drop_past, now=now))
        for series in scheduling.running_series():
            done += _safely("a series", partial(scheduling.announce_due, series_pk=series, now=now))
        done += _safely("sessions", partial(peers.tending.drop_ended_sessions, now=now))
        done += _safely("drafts", partial(forum.tending.drop_old_drafts, now=now))
        done += _safely("unused identities", partial(peers.tending.let_unused_go, now=now))
        done += _safely("kept words", partial(leaving.erase_kept_words, now=now))
        done += _safely("old words", partial(retention.erase_old_words, now=now))
        done += _safely("counts and notes", partial(caring.drop_old, now=now))
        done += _safely("second looks", partial(reviewing.tend_reviews, now=now))
        _safely("the shipped rules", rules_kept.keep_shipped)
    if its_time("daily", DAY, now):
        done += _safely("files", forum.tending.purge_files)
    return done


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
