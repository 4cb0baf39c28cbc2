"""What a text is made of once it is plain."""

from typing import NamedTuple


class Token(NamedTuple):
    """One plain word or mark, and the stretch it stands for: first of a chunk, in the end of the original text."""

    word: str
    start: int
    end: int
