# ruff: noqa: RUF001 - sentence ends of every width are meant
"""Where a sentence begins and ends in text as it was written."""

import re

_ENDS = re.compile(r"[.!?…。！？]+[\"'”’)\]]*(?=\s|$)|[\n\r\u2028\u2029]+|[。！？]")


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of whole sentences that covers `[start, end)`, its final mark included.

    Out-of-range positions are brought back into the text, so the result always lies inside it.
    """
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    first, last = 0, len(text)
    for mark in _ENDS.finditer(text):
        if mark.end() <= start:
            first = mark.end()
        elif mark.end() >= end:
            last = mark.end()
            break
    while first < start and text[first].isspace():
        first += 1
    while last > end and text[last - 1].isspace():
        last -= 1
    return first, last
