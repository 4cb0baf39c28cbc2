"""How the words of a case come into a page: neutral facts, then the sentence that was noticed, then the whole. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.desk_words import category_words
from moderation.marks import Segment, Spans, segments
from moderation.models import Reveal
from moderation.risk.sentences import sentence_around

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Uncovering:
    """How far the words stand open, and what the next step would show; None where there is none."""

    opened: Reveal
    next_step: Reveal | None
    excerpts: Sequence[Sequence[Segment]]  # the sentences, at that step
    length: str  # "about 120 words"; "" where there are none
    contains: str

    @property
    def offers_whole(self) -> bool:
        """Both ways stand open: step by step, or everything now."""
        return self.next_step == Reveal.SENTENCE


@dataclass(frozen=True, slots=True)
class Noticed:
    """The words of the newest form, with the spans of each numbered finding, most urgent first."""

    text: str
    marked: Mapping[int, Spans]
    most_urgent: frozenset[int]  # numbers of the findings of the highest level
    categories: Sequence[str]


def uncovering(noticed: Noticed, *, opened: Reveal, whole_at_once: bool, holds_more: bool) -> Uncovering:
    """`holds_more`: something else stands behind the cover, such as an answer or a note."""
    sentences = sentences_of(noticed)
    has_any = bool(noticed.text) or holds_more
    return Uncovering(
        opened=opened,
        next_step=_next(opened, by_sentence=bool(sentences) and not whole_at_once) if has_any else None,
        excerpts=[_cut(noticed, start, end) for start, end in sentences] if opened == Reveal.SENTENCE else [],
        length=length_of(noticed.text),
        contains=category_words(dict.fromkeys(noticed.categories)),
    )


def sentences_of(noticed: Noticed) -> list[tuple[int, int]]:
    """The sentences that hold the most urgent findings, in order, each once."""
    spans = [span for number, several in noticed.marked.items() if number in noticed.most_urgent for span in several]
    found: list[tuple[int, int]] = []
    for start, end in sorted(sentence_around(noticed.text, start, end) for start, end in spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def length_of(text: str) -> str:
    """How long a text is, in words: exactly up to twenty, then to the nearest ten."""
    count = len(_WORD.findall(text))
    if count <= 20:
        return f"{count} word{'' if count == 1 else 's'}" if count else ""
    return f"about {round(count, -1):,} words"


def _next(opened: Reveal, *, by_sentence: bool) -> Reveal | None:
    if opened == Reveal.WHOLE:
        return None
    return Reveal.SENTENCE if by_sentence and opened == Reveal.COVERED else Reveal.WHOLE


def _cut(noticed: Noticed, start: int, end: int) -> list[Segment]:
    moved = {
        number: [(first - start, last - start) for first, last in several if last > start and first < end]
        for number, several in noticed.marked.items()
    }
    return segments(noticed.text[start:end], moved)
