"""Charts as SVG text. Pure: values in, a picture out. No script, no style, no colour of its own (static/css/desk.css).

Each is 320 units wide, which is a small phone at its full size. Each is one image to a screen reader, with a title and
a sentence; the numbers themselves stand in the table beside it.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 320
_ROW = 42  # a line of words and a bar
_BAR = 14
_LEFT = 34  # of charts with names at their side


@dataclass(frozen=True, slots=True)
class About:
    """What a chart is called: `key` is unique in its page and safe in an id."""

    key: str
    title: str
    says: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, its two parts (the second stands for what is out of order), and the words at its end."""

    name: str
    plain: float
    marked: float
    words: str


@dataclass(frozen=True, slots=True)
class Reach:
    """One row on a scale of time: from `low` to `high` seconds (none: nothing to show), and its targets."""

    name: str
    low: float | None
    high: float | None
    targets: tuple[float, float] | None
    words: str


def bars(about: About, rows: Sequence[Bar]) -> str:
    """Rows of two-part bars, all on one scale."""
    most = max((row.plain + row.marked for row in rows), default=0) or 1
    parts = []
    for place, row in enumerate(rows):
        top = place * _ROW
        plain, marked = (WIDTH * part / most for part in (row.plain, row.marked))
        parts += [_words(0, top + 14, row.name), _words(WIDTH, top + 14, row.words, anchor="end")]
        parts.append(_box(0, top + 21, WIDTH, _BAR, "track"))
        if plain:
            parts.append(_box(0, top + 21, plain, _BAR, "bar-second"))
        if marked:
            parts.append(_box(plain, top + 21, marked, _BAR, "bar"))
    return _picture(about, len(rows) * _ROW, parts)


def reaches(about: About, rows: Sequence[Reach], ticks: Sequence[tuple[float, str]]) -> str:
    """Rows from one time to a longer one, on a scale where each step multiplies; `ticks` (seconds, words) name it."""
    times = [time for row in rows for time in (row.low, row.high, *(row.targets or ())) if time]
    least, most = (math.log(max(1.0, end)) for end in (ticks[0][0], max([ticks[-1][0], *times])))

    def across(seconds: float) -> float:
        share = (math.log(max(seconds, 1.0)) - least) / (most - least)
        return 8 + (WIDTH - 16) * min(1.0, max(0.0, share))

    height = len(rows) * _ROW
    parts = [_line(across(at), 0, across(at), height, "grid") for at, _ in ticks]
    for at, words in ticks:
        edge = {ticks[0][0]: "start", ticks[-1][0]: "end"}.get(at, "middle")
        parts.append(_words({"start": 0, "end": WIDTH}.get(edge, across(at)), height + 14, words, anchor=edge))
    for place, row in enumerate(rows):
        parts += _reach(row, place * _ROW, across)
    return _picture(about, height + 20, parts)


def _reach(row: Reach, top: int, across: Callable[[float], float]) -> Iterable[str]:
    middle = top + 29
    yield _words(0, top + 14, row.name)
    yield _words(WIDTH, top + 14, row.words, anchor="end")
    yield _line(0, middle, WIDTH, middle, "grid")
    if row.targets:
        for target in dict.fromkeys(row.targets):
            yield _line(across(target), middle - 9, across(target), middle + 9, "target")
    if row.low is not None and row.high is not None:
        start, end = across(row.low), across(row.high)
        yield _box(start, middle - 3, max(end - start, 1), 6, "bar-second")
        yield f'<circle class="bar" cx="{start:.1f}" cy="{middle}" r="6"/>'
        yield _box(end - 2, middle - 8, 4, 16, "bar")


def columns(about: About, values: Sequence[float], names: Sequence[str]) -> str:
    """Columns side by side, the highest named with its value; a name under each that has one."""
    height, most = 110, max(values, default=0) or 1
    wide = WIDTH / max(1, len(values))
    parts = [_line(0, height + 18, WIDTH, height + 18, "axis")]
    highest = max(range(len(values)), key=values.__getitem__, default=0)
    for place, (value, name) in enumerate(zip(values, names, strict=True)):
        tall = height * value / most
        if value:
            parts.append(_box(place * wide + 1, height + 18 - tall, wide - 2, tall, "bar"))
        if value and place == highest:
            edge = "start" if place < 2 else "end" if place > len(values) - 3 else "middle"
            at = {"start": place * wide, "middle": (place + 0.5) * wide, "end": (place + 1) * wide}[edge]
            parts.append(_words(at, 13, f"{value:g}", anchor=edge))
        if name:
            parts.append(_words(place * wide + 1, height + 33, name))
    return _picture(about, height + 38, parts)


def heat(about: About, rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str]) -> str:
    """A field of cells, each the darker the more it holds; a row's name at its side, a column's below it."""
    most = max((value for _, values in rows for value in values), default=0) or 1
    wide = (WIDTH - _LEFT) / max(1, len(names))
    tall = 18
    parts = []
    for down, (name, values) in enumerate(rows):
        parts.append(_words(0, down * tall + 13, name))
        for over, value in enumerate(values):
            x, y = _LEFT + over * wide, down * tall
            parts.append(_box(x + 0.5, y + 0.5, wide - 1, tall - 1, "track"))
            if value:  # in five steps: what is there at all can be seen
                step = math.ceil(5 * value / most) / 5
                parts.append(_box(x + 0.5, y + 0.5, wide - 1, tall - 1, "heat", f' fill-opacity="{step:.1f}"'))
    below = len(rows) * tall + 14
    parts += [_words(_LEFT + over * wide, below, name) for over, name in enumerate(names) if name]
    return _picture(about, below + 5, parts)


def interval(about: About, *, low: float, value: float, high: float) -> str:
    """One figure between -1 and 1 with what surrounds it."""

    def across(figure: float) -> float:
        return 12 + (WIDTH - 24) * (figure + 1) / 2

    parts = [_line(across(-1), 24, across(1), 24, "axis")]
    for mark in (-1, 0, 1):
        parts += [_line(across(mark), 16, across(mark), 32, "axis"), _words(across(mark), 50, str(mark), "middle")]
    if high > low:
        parts.append(_box(across(low), 20, across(high) - across(low), 8, "bar-second"))
    parts.append(f'<circle class="bar" cx="{across(value):.1f}" cy="24" r="7"/>')
    return _picture(about, 56, parts)


def _picture(about: About, height: float, parts: Iterable[str]) -> str:
    key = escape(about.key)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {max(1, height):g}" role="img" '
        f'aria-labelledby="{key}-title {key}-says" focusable="false">'
        f'<title id="{key}-title">{escape(about.title)}</title><desc id="{key}-says">{escape(about.says)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _words(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _box(x: float, y: float, wide: float, tall: float, kind: str, more: str = "") -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"{more}/>'


def _line(x: float, y: float, to_x: float, to_y: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'
