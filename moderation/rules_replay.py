"""Replay: what a candidate would have flagged of the posts that came, and what it would have missed.

Both sets judge the same words in the same surroundings; where they cannot differ neither is asked (`risk.difference`).
Only ids and spans are kept. A replay changes nothing that anybody sees.
"""

import heapq
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from moderation import risk, rules_kept
from moderation.models import Moderator, Replay, ReplayState, RuleChange, RuleSet
from moderation.rules_comparing import Compared, Pair, Portion, Words, compare_all
from moderation.rules_figures import Share
from moderation.rules_posts import days_told, decided_since, words_since

DAYS = 30
PROCESSES = 2
SAMPLE = 8  # posts kept of each way from one level to another
GIVEN_UP = timedelta(minutes=30)  # a run that has not ended by then has died: it may be begun again
MOST_AGE = timedelta(days=7)  # of a replay that leads to a change


class NotReplayed(Exception):
    """The replay cannot be asked for, and why; nothing was kept."""


def ask(*, candidate: RuleSet, moderator: Moderator | None, days: int = DAYS) -> Replay:
    """Ask for a replay against the set in force; the worker runs it. Asking twice at once gives the same one.

    Raises:
        NotReplayed: the candidate is what is in force, or a set cannot judge here.
    """
    active = active_set()
    if active.pk == candidate.pk:
        raise NotReplayed("This set is the one in force: there is nothing to hold it against.")
    for each in (candidate, active):
        if changed := rules_kept.misfit(each):
            raise NotReplayed(f"The set {each} was kept for a program with another {changed}. Add it anew.")
    open_ones = Replay.objects.filter(candidate=candidate, active=active).exclude(
        state__in=[ReplayState.DONE, ReplayState.FAILED]
    )
    if found := open_ones.first():
        return found
    try:
        with transaction.atomic():
            made = Replay.objects.create(candidate=candidate, active=active, asked_by=moderator, days=days)
            rules_kept.log("rules.replay_asked", candidate, moderator, replay=made.pk)
            return made
    except IntegrityError:  # somebody asked in the same moment
        return open_ones.get()


def active_set() -> RuleSet:
    """The set in force; that of the program is kept now where none is."""
    change = RuleChange.objects.in_force().select_related("rule_set").first()
    return change.rule_set if change else rules_kept.keep_shipped()


def next_asked(now: datetime) -> Replay | None:
    """One replay that is asked for, or whose run has died, taken by this process and no other."""
    dead = Q(state=ReplayState.RUNNING, began_at__lte=now - GIVEN_UP)
    for found in Replay.objects.filter(Q(state=ReplayState.ASKED) | dead).order_by("asked_at")[:5]:
        if taken := take(found, now):
            return taken
    return None


def take(replay: Replay, now: datetime) -> Replay | None:
    """Take this replay as it was seen; None where another process has it."""
    as_seen = Replay.objects.filter(pk=replay.pk, state=replay.state, began_at=replay.began_at)
    if not as_seen.update(state=ReplayState.RUNNING, began_at=now):
        return None
    return Replay.objects.select_related("candidate", "active").get(pk=replay.pk)


def run(replay: Replay, *, processes: int = PROCESSES) -> Replay:
    """Compare the sets over the period and keep what came of it.

    Raises:
        NotUsable: a set cannot judge here; the replay has failed.
    """
    until = timezone.now()
    since = until - timedelta(days=replay.days)
    try:
        tally = _run(replay, since, until, processes)
    except BaseException:
        Replay.objects.filter(pk=replay.pk).update(state=ReplayState.FAILED, made_at=timezone.now())
        raise
    done = {"state": ReplayState.DONE, "since": since, "made_at": timezone.now(), "posts": tally.posts}
    Replay.objects.filter(pk=replay.pk).update(results=tally.results(days_told(since, until)), **done)
    replay.refresh_from_db()
    return replay


def _run(replay: Replay, since: datetime, until: datetime, processes: int) -> "Tally":
    decided = decided_since(since, until)
    posts = words_since(since, until, frozenset(decided))
    tally = Tally(decided=decided)
    for portion in _portions(replay, posts, processes):
        tally.add(portion)
    return tally


def _portions(replay: Replay, posts: Iterator[Words], processes: int) -> Iterator[Portion]:
    pair = rules_kept.judge_of(replay.active), rules_kept.judge_of(replay.candidate)  # named here if it does not load
    if processes == 1:
        return Pair(*pair).compare_all(posts)
    files = {"active": rules_kept.files_of(replay.active), "candidate": rules_kept.files_of(replay.candidate)}
    return compare_all(posts, **files, own_hosts=risk.in_use().own_hosts, processes=processes)


@dataclass(slots=True)
class Tally:
    """What a replay counts. Pure: portions in, results out."""

    decided: dict[int, bool]
    posts: int = 0
    judged: int = 0
    cases: int = 0  # more than the active set opens; may be less than none
    moves: Counter[tuple[int, int]] = field(default_factory=Counter)
    kinds: int = 0  # posts of the same level that got another category
    right: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    kept: dict[tuple[int, int], list[tuple[int, int, Compared]]] = field(default_factory=dict)

    def add(self, portion: Portion) -> None:
        """Count a portion in."""
        self.posts += len(portion.compared) + portion.spared
        self.judged += portion.judged
        for each in portion.compared:
            self._count_decided(each)
            if each.differs:
                self._count_difference(each)

    def _count_decided(self, each: Compared) -> None:
        if each.post not in self.decided:
            return
        for side, verdict in (("active", each.active), ("candidate", each.candidate)):
            if verdict.level > risk.Level.GREEN:
                self.flagged[side] += 1
                self.right[side] += self.decided[each.post]

    def _count_difference(self, each: Compared) -> None:
        move = each.active.level, each.candidate.level
        self.cases += each.candidate.opens_case - each.active.opens_case
        self.moves[move] += 1
        self.kinds += move[0] == move[1]
        # Which ones are kept is chance, and the same chance in every run: the smallest of a hash of the id.
        chance = -zlib.crc32(str(each.post).encode())
        kept = self.kept.setdefault(move, [])
        heapq.heappush(kept, (chance, each.post, each))
        if len(kept) > SAMPLE:
            heapq.heappop(kept)

    def results(self, days: float) -> dict[str, Any]:
        """What is stored: counts and, of the sample, ids, spans, rules and levels. No words."""
        return {
            "judged": self.judged,
            "moves": [[before, after, number] for (before, after), number in sorted(self.moves.items())],
            "other_category": self.kinds,
            "new": self._by_level(1, above=True),
            "lost": self._by_level(0, above=False),
            "cases_a_day": round(self.cases / days, 2),
            "precision": {side: [self.right[side], self.flagged[side]] for side in ("active", "candidate")},
            "sample": list(self._sample()),
        }

    def _by_level(self, side: int, *, above: bool) -> dict[str, int]:
        """New ones by the level they would have now, lost ones by the level they had."""
        found: Counter[str] = Counter()
        for move, number in self.moves.items():
            if move[0] != move[1] and (move[1] > move[0]) == above:
                found[risk.Level(move[side]).word] += number
        return dict(found)

    def _sample(self) -> Iterator[dict[str, Any]]:
        for move in sorted(self.kept, key=lambda move: (-max(move), move)):
            for _, _, each in sorted(self.kept[move], reverse=True):
                told = each.candidate if each.candidate.level >= each.active.level else each.active
                yield {
                    "post": each.post,
                    "revision": each.revision,
                    "levels": list(move),
                    "categories": list(told.categories),
                    "rules": list(told.rules),
                    "spans": [list(span) for span in told.spans],
                }


def precision(results: Mapping[str, Any], side: str) -> Share:
    """Of the decided cases this side flags, how many were worth it. Of what is new nobody has decided anything."""
    right, flagged = results["precision"][side]
    return Share(right, flagged)


def fresh(replays: Iterable[Replay], *, active: RuleSet, now: datetime) -> Replay | None:
    """The newest of these that may lead to a change: done, against the set in force, at most a week old."""
    usable = [each for each in replays if is_fresh(each, active=active, now=now)]
    return max(usable, key=lambda each: each.pk, default=None)


def is_fresh(replay: Replay, *, active: RuleSet, now: datetime) -> bool:
    """Whether this replay may lead to a change now."""
    done = replay.state == ReplayState.DONE and replay.made_at is not None
    return done and replay.active_id == active.pk and replay.made_at is not None and replay.made_at >= now - MOST_AGE


def reveal(*, replay: Replay, place: int, moderator: Moderator) -> bool:
    """Let the words of one post of the sample into this person's page, once; every reveal is logged. Is there one?"""
    if not 0 <= place < len(replay.results.get("sample", ())):
        return False
    with transaction.atomic():
        rules_kept.log("rules.words_revealed", replay.candidate, moderator, replay=replay.pk, place=place)
    return True
