"""Two sets of rules over the same posts, side by side, in as many processes as there are: values in, values out.

Nothing here knows a database or a request, so that a process that only judges can import it.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from typing import Any

from moderation import risk
from moderation.planning import plan_for
from moderation.risk.difference import Difference
from moderation.risk.vocabulary import RuleFiles

PORTION = 500  # posts a process takes at a time
AHEAD = 8  # portions that wait: so many posts are in memory, and no more
_pair: "Pair | None" = None


@dataclass(frozen=True, slots=True)
class Words:
    """One post as it is judged: its words, and where they stood."""

    post: int
    revision: int
    text: str
    context: risk.Context
    decided: bool = False  # a decision about it stands: both sides are wanted, also where they agree


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one set makes of a post: no words."""

    level: int = 0
    categories: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    opens_case: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A post of which the two sets were asked, as the active one and as the candidate judges it."""

    post: int
    revision: int
    active: Verdict
    candidate: Verdict

    @property
    def differs(self) -> bool:
        """Whether a person would notice: another level, another category, or a case more or less."""
        one, other = self.active, self.candidate
        return (one.level, set(one.categories), one.opens_case) != (
            other.level,
            set(other.categories),
            other.opens_case,
        )


@dataclass(frozen=True, slots=True)
class Portion:
    """What came of some posts: those judged, and of how many the two sets cannot differ."""

    compared: tuple[Compared, ...]
    spared: int
    judged: int


class Pair:
    """The active set and a candidate, ready to judge."""

    def __init__(self, active: risk.Judge, candidate: risk.Judge) -> None:
        self.active, self.candidate = active, candidate
        self.difference = Difference(active, candidate)

    def compare_all(self, posts: Iterator[Words]) -> Iterator[Portion]:
        """In this process, portion by portion."""
        return (self.compare(portion) for portion in _portions(posts))

    def compare(self, posts: Iterable[Words]) -> Portion:
        """Both verdicts on every post on which the two may differ, and on those already decided."""
        compared: list[Compared] = []
        known: dict[tuple[str, risk.Context], tuple[Verdict, Verdict]] = {}
        spared = 0
        for words in posts:
            differ = self.difference.may_differ(words.text, words.context)
            if not differ and not words.decided:
                spared += 1
                continue
            key = words.text, words.context
            if key not in known:
                known[key] = self._verdicts(words, differ=differ)
            compared.append(Compared(words.post, words.revision, *known[key]))
        return Portion(tuple(compared), spared, len(known))

    def _verdicts(self, words: Words, *, differ: bool) -> tuple[Verdict, Verdict]:
        active = verdict(self.active, words)
        return active, verdict(self.candidate, words) if differ else active


def verdict(judge: risk.Judge, words: Words) -> Verdict:
    """What this judge and the decision table make of a post."""
    found = judge.assess(words.text, words.context)
    plan = plan_for(found, words.text, place=words.context.place)
    told = [finding for finding in found.findings if finding.level > risk.Level.GREEN]
    return Verdict(
        level=int(found.level),
        categories=tuple(dict.fromkeys(finding.category.value for finding in told)),
        rules=tuple(dict.fromkeys(finding.rule for finding in told)),
        spans=tuple(sorted({span for finding in told for span in finding.spans})),
        opens_case=plan.level > risk.Level.GREEN and bool(plan.within),
    )


def compare_all(
    posts: Iterator[Words], *, active: RuleFiles, candidate: RuleFiles, own_hosts: frozenset[str], processes: int
) -> Iterator[Portion]:
    """Compare in several processes, in the order of the posts, a bounded number of them in memory.

    Raises:
        BrokenProcessPool: a process ended, or a set could not be loaded in it.
    """
    # Fresh processes: nothing of this one's connections and threads is in them.
    context = get_context("spawn")
    given = (active, candidate, own_hosts)
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=given) as pool:
        portions = _portions(posts)
        waiting = [pool.submit(_compare, portion) for portion in islice(portions, AHEAD)]
        while waiting:
            done = waiting.pop(0)
            yield done.result()
            waiting += [pool.submit(_compare, portion) for portion in islice(portions, 1)]


def _portions(posts: Iterator[Words]) -> Iterator[Sequence[Words]]:
    while portion := list(islice(posts, PORTION)):
        yield portion


def _load(active: RuleFiles, candidate: RuleFiles, own_hosts: frozenset[str]) -> Pair:
    one, other = (replace(risk.load(files), own_hosts=own_hosts) for files in (active, candidate))
    return Pair(one, other)


def _begin(*given: Any) -> None:
    global _pair  # noqa: PLW0603 - loaded once in each process, for every portion it takes
    _pair = _load(*given)


def _compare(portion: Sequence[Words]) -> Portion:
    if _pair is None:
        raise RuntimeError("a process compares only after it began")
    return _pair.compare(portion)
