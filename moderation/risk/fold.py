# ruff: noqa: RUF001 - look-alike characters are what this file is about
"""Folding of single characters: one plain lower-case form for the many ways a letter can be drawn.

Each character is folded alone, so the work is linear whatever stands beside it, and every folded
character knows the stretch of the original text it came from.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Letters of other alphabets and phonetic signs that are read as Latin ones. Pairs: as drawn, as read.
_LOOKALIKES = (
    ("аеорсухкмнтіјѕԁһӏвԛԝгпи", "aeopcyxkmhtijsdhlbqwrnu"),
    ("αοικρτυχεηωνγ", "aoikptuxenwvy"),
    ("ıłøđħðŧɑɡɩɪɴʀʏʟɢʜʙꜱꜰ", "iloohdtagiinrylghbsf"),
    ("ᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ", "acdejkmoptuvwz"),
    ("’‘ʼ`´′＇‛", "''''''''"),
    ("“”„«»‟″❝❞「」『』", '"""""""""""""'),
    ("–—―‐‑‒−﹣~", "---------"),
    ("。、·•∙⋅", ".,...."),
)
_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_BLANKS = "\t\xa0\u1680\u202f\u205f\u3000\u2800\u3164\uffa0\x1f"
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
_LONGEST = 4  # a few signs unfold to whole sentences; longer ones stay as they are


def _table() -> dict[str, str]:
    table = {drawn: read for drawns, reads in _LOOKALIKES for drawn, read in zip(drawns, reads, strict=True)}
    table |= dict.fromkeys(_BREAKS, "\n") | dict.fromkeys(_BLANKS, " ")
    table |= {"æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
    for first in (0x1F150, 0x1F170, 0x1F1E6):  # circled, squared and regional-indicator letters
        table |= {chr(first + n): chr(ord("a") + n) for n in range(26)}
    return table


_TABLE = _table()


@lru_cache(maxsize=8192)
def fold_char(char: str) -> str:
    """The plain form of one character: empty when it cannot be seen, at most four characters long."""
    if char in _TABLE:
        return _TABLE[char]
    if unicodedata.category(char) in _DROPPED:
        return ""
    if "\uac00" <= char <= "\ud7a3":
        return char  # Hangul syllables are whole letters; taking them apart helps nobody
    parts = unicodedata.normalize("NFKD", char).casefold()
    plain = "".join(_TABLE.get(part, part) for part in parts if unicodedata.category(part) not in _DROPPED)
    return plain if len(plain) <= _LONGEST else char


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for each of its characters the stretch `[start, end)` it stands for."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def fold(text: str) -> Folded:
    """Fold every character of `text`; what cannot be seen belongs to the character before it."""
    if text.isascii() and text.isprintable():
        return Folded(text.lower(), range(len(text)), range(1, len(text) + 1))
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, char in enumerate(text):
        folded = fold_char(char)
        for letter in folded:
            plain.append(letter)
            starts.append(at)
            ends.append(at + 1)
        if not folded and ends:
            ends[-1] = at + 1
    return Folded("".join(plain), starts, ends)
