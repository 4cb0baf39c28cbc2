"""The labelled texts, read when a test first asks for them: most processes that run tests ask for none."""

from functools import cache

from moderation.risk import corpus
from moderation.risk.corpus import Example


@cache
def labelled(side: str, lang: str = "") -> tuple[Example, ...]:
    """The texts of a side, of one language or of all."""
    if lang:
        return tuple(example for example in labelled(side) if example.lang == lang)
    return tuple(corpus.load(side))
