"""The board as a page: each number as a chart and as the table of the same numbers. In a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderation import board, charts
from moderation.agreement import Agreement
from moderation.board import Decided, Looks, Seen, Waiting
from moderation.charts import About, Bar, Reach
from moderation.counting import Span
from moderation.desk_words import category_words, reasons
from moderation.models import Action, Case, Level, Review
from moderation.queue import span_words

FIRST = 10  # of a list, on the board itself
PAGE = 50
FEW = 30  # answers below which agreement is a hint at most
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TICKS = ((10.0, "10 s"), (60.0, "1 min"), (900.0, "15 min"), (14400.0, "4 h"), (86400.0, "1 day"))
PERIOD_WORDS = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days"}
OUTCOMES = {
    "publish": "in the open",
    "redact": "a part hidden",
    "fold": "folded",
    "remove": "removed",
    "leave": "as it was",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart with its table. The first cell of a row is its name; `folded` keeps a long table out of the way."""

    key: str
    title: str
    svg: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    says: str
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """One case that a human looked at too late, or not yet."""

    case: Case
    about: str
    given: str
    late: str


@dataclass(frozen=True, slots=True)
class Differing:
    """One second look that came to something else, in words. Whose they are is not among them."""

    review: Review
    first: str
    second: str


def page_of(period: str, now: datetime) -> dict[str, Any]:
    """Everything the board shows of one period."""
    length = board.PERIODS[period]
    span = Span.before(now, length)
    made, looks = board.decided(span), board.second_looks(span)
    late, more_late = breaches(span, now, most=FIRST)
    apart, more_apart = differing(span, most=FIRST)
    return {
        **period_words(period),
        "now": now,
        "figures_now": [waiting_figure(board.waiting_now(now), now)],
        "figures_waits": [waits_figure(board.first_humans(span, now))],
        "breaches": late,
        "more_breaches": more_late,
        "figures_load": load_figures(board.opened_by_hour(board.whole_hours(now, length))),
        "figures_decisions": decision_figures(made),
        "looks": looks,
        "looks_possible": board.second_looks_possible(),
        "agreement": agreement_words(looks.agreement),
        "figures_agreement": agreement_figures(looks),
        "differing": apart,
        "more_differing": more_apart,
    }


def period_words(period: str) -> dict[str, Any]:
    return {"period": period, "periods": PERIOD_WORDS.items(), "period_words": PERIOD_WORDS[period]}


def waiting_figure(rows: Iterable[Waiting], now: datetime) -> Figure:
    rows = list(rows)
    late = sum(row.late for row in rows)
    unseen = sum(row.unseen for row in rows)
    says = f"Not looked at: {unseen}. Past the target, at the end of the bar: {late}."
    drawn = [
        Bar(_level(row.level), row.unseen - row.late, row.late, f"{row.unseen} waiting, {row.late} past")
        for row in rows
    ]
    told = [
        [
            _level(row.level),
            _range(board.targets()[row.level]),
            str(row.unseen),
            str(row.late),
            span_words(int((now - row.oldest).total_seconds())) if row.oldest else "none",
            str(row.open),
        ]
        for row in rows
    ]
    head = ("Level", "Target", "Not looked at", "Of these past target", "Oldest of these", "All open")
    title = "Waiting for a first look"
    return Figure("waiting", title, charts.bars(About("waiting", title, says), drawn), head, told, says)


def waits_figure(rows: Iterable[Seen]) -> Figure:
    rows, targets = list(rows), board.targets()
    drawn = [Reach(_level(row.level), row.p50, row.p95, targets[row.level], _reach_words(row)) for row in rows]
    told = [
        [
            _level(row.level),
            _range(targets[row.level]),
            str(row.opened),
            _wait(row.p50),
            _wait(row.p95),
            str(row.late),
            str(row.unseen),
        ]
        for row in rows
    ]
    head = ("Level", "Target", "Opened", "Half within", "95 of 100 within", "Past target", "Not looked at yet")
    title = "Time to the first human"
    says = "The dot is the wait that half stayed within, the bar at the end that of 95 in 100; dashes are the targets."
    return Figure("waits", title, charts.reaches(About("waits", title, says), drawn, TICKS), head, told, says)


def load_figures(slots: Sequence[tuple[int, int]]) -> list[Figure]:
    """By hour of the day, and by weekday and hour."""
    by_day = [[slots[day * 24 + hour] for hour in range(24)] for day in range(7)]
    of_day = [_per_hour([by_day[day][hour] for day in range(7)]) for hour in range(24)]
    names = [f"{hour}" if hour % 6 == 0 else "" for hour in range(24)]
    title, says = "Cases opened per hour, by hour of the day", "Hours are UTC, and counted whole up to the last one."
    rows = [
        [f"{hour}:00", str(sum(by_day[day][hour][0] for day in range(7))), f"{of_day[hour]:.2f}"] for hour in range(24)
    ]
    hours = Figure(
        "hours",
        title,
        charts.columns(About("hours", title, says), [round(each, 2) for each in of_day], names),
        ("Hour", "Opened", "Per hour"),
        rows,
        says,
        folded=True,
    )
    field = [(DAYS[day], [_per_hour([slot]) for slot in by_day[day]]) for day in range(7)]
    title, says = (
        "Cases opened per hour, by weekday",
        "The stronger the colour, the more. Hours run from left to right, in UTC.",
    )
    told = [[day, *(f"{value:.1f}" for value in values)] for day, values in field]
    week = Figure(
        "week",
        title,
        charts.heat(About("week", title, says), field, names),
        ("Day", *(str(hour) for hour in range(24))),
        told,
        says,
        folded=True,
    )
    return [hours, week]


def decision_figures(made: Sequence[Decided]) -> list[Figure]:
    """By action, and by reason; what was taken back is marked."""
    by_action = _sums((each.action, each.times, each.undone) for each in made)
    by_reason = _sums((each.reason, each.times, each.undone) for each in made)
    actions = [(str(label), *by_action.get(value, (0, 0))) for value, label in Action.choices]
    known = [(reason.label, *by_reason.get(code, (0, 0))) for code, reason in reasons().items()]
    others = [(code, *counts) for code, counts in by_reason.items() if code not in reasons()]
    used = sorted([row for row in (*known, *others) if row[1]], key=lambda row: -row[1])
    return [
        _decisions("actions", "Decisions by what happened to the post", "Action", actions),
        _decisions("reasons", "Decisions by reason", "Reason", used),
    ]


def _decisions(key: str, title: str, first: str, rows: Sequence[tuple[str, int, int]]) -> Figure:
    total, undone = sum(row[1] for row in rows), sum(row[2] for row in rows)
    says = f"{total} decisions. In brackets, and at the end of the bar: {undone} of them, taken back since."
    drawn = [Bar(name, times - back, back, f"{times} ({back})" if back else str(times)) for name, times, back in rows]
    told = [[name, str(times), str(back)] for name, times, back in rows]
    svg = charts.bars(About(key, title, says), drawn)
    return Figure(key, title, svg, (first, "Decisions", "Taken back"), told, says)


def _sums(rows: Iterable[tuple[str, int, int]]) -> Mapping[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for name, times, undone in rows:
        before = found.get(name, (0, 0))
        found[name] = (before[0] + times, before[1] + undone)
    return found


def agreement_words(found: Agreement) -> list[str]:
    """What the answers say, in sentences, with how much they can say."""
    if not found.pairs:
        return ["No second look was answered in this time."]
    said = [f"{found.same} of {found.pairs} came to the same for the post."]
    if found.kappa is None:
        return [*said, "Both always chose the same one thing, so chance alone would agree as often: no kappa."]
    surely = f", 95 % interval {found.low:.2f} to {found.high:.2f}" if found.low is not None else ""
    said.append(f"Cohen's kappa {found.kappa:.2f}{surely}.")
    if not surely:
        said.append("The answers vary too little for an interval.")
    if found.pairs < FEW:
        said.append(f"Fewer than {FEW} answers: a hint, no more.")
    return said


def agreement_figures(looks: Looks) -> list[Figure]:
    """Kappa on its scale, beside what was decided against what the second would have done."""
    found = looks.agreement
    if found.kappa is None:
        return []
    low, high = (end if end is not None else found.kappa for end in (found.low, found.high))
    title, says = "Agreement of two who did not know of each other", " ".join(agreement_words(found))
    svg = charts.interval(About("kappa", title, says), low=low, value=found.kappa, high=high)
    kinds = [kind for kind in OUTCOMES if any(kind in pair for pair in looks.crossed)]
    rows = [
        [f"Decided: {OUTCOMES[first]}", *(str(looks.crossed.get((first, second), 0)) for second in kinds)]
        for first in kinds
    ]
    return [Figure("kappa", title, svg, ("The post", *(f"Second: {OUTCOMES[kind]}" for kind in kinds)), rows, says)]


def breaches(span: Span, now: datetime, *, after: str = "", most: int = PAGE) -> tuple[list[Breach], str]:
    """One page of breaches as they are told, and the key of the next."""
    cases, more = board.breaches(span, now, after=after, most=most)
    return [_breach(case, now) for case in cases], more


def _breach(case: Case, now: datetime) -> Breach:
    due = case.human_due_at or case.due_at
    given = span_words(int((due - case.opened_at).total_seconds()))
    late = span_words(int(((case.first_human_at or now) - due).total_seconds()))
    words = f"{late} late" if case.first_human_at else f"{late} so far, nobody has looked"
    return Breach(case, category_words(case.categories) or "reported", given, words)


def differing(span: Span, *, after: str = "", most: int = PAGE) -> tuple[list[Differing], str]:
    """One page of disagreements as they are told, and the key of the next."""
    reviews, more = board.disagreements(span, after=after, most=most)
    return [
        Differing(
            review,
            _verdict(review.decision.action, review.decision.reason_code),
            _verdict(review.action, review.reason_code),
        )
        for review in reviews
    ], more


def _verdict(action: str, code: str) -> str:
    known = reasons().get(code)
    return f"{Action(action).label}: {known.label if known else code}"


def _level(level: Level) -> str:
    return level.label.capitalize()


def _range(target: tuple[int, int]) -> str:
    least, most = target
    return span_words(most) if least == most else f"{span_words(least)} to {span_words(most)}"


def _wait(seconds: int | None) -> str:
    return "none" if seconds is None else span_words(seconds)


def _reach_words(row: Seen) -> str:
    return f"{_wait(row.p50)} · {_wait(row.p95)}" if row.opened else "none opened"


def _per_hour(slots: Sequence[tuple[int, int]]) -> float:
    hours = sum(times for _, times in slots)
    return sum(opened for opened, _ in slots) / hours if hours else 0.0
