"""Marking what was noticed in the words themselves. Pure: text and spans in, segments out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Spans = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text with the numbers of the findings that cover it, and of those that end with it."""

    text: str
    numbers: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


def segments(text: str, spans_by_number: Mapping[int, Spans]) -> list[Segment]:
    """The text cut at every edge of every span, in code points; joined together it is the text again.

    Spans may overlap, touch, repeat or reach past the end.
    """
    spans = [
        (number, max(0, start), min(len(text), end))
        for number, several in spans_by_number.items()
        for start, end in several
    ]
    spans = [span for span in spans if span[1] < span[2]]
    edges = sorted({0, len(text), *(start for _, start, _ in spans), *(end for _, _, end in spans)})
    return [
        Segment(
            text=text[left:right],
            numbers=tuple(sorted({number for number, start, end in spans if start <= left and right <= end})),
            ends=tuple(sorted({number for number, _, end in spans if end == right})),
        )
        for left, right in pairwise(edges)
    ]
