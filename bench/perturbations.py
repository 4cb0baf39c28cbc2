# ruff: noqa: RUF001 - look-alike characters are what this file is about
"""Sixteen ways in which the same words are written otherwise: by habit, by haste, or to get past a filter.

Each takes a text and a source of chance seeded by the text, so that every run makes the same. `burying` and
`two_messages` change what stands around the words; the others change the words.
"""

import random
from collections.abc import Callable

from moderation.risk import Context

Change = Callable[[str, random.Random], tuple[str, Context]]
_NOWHERE = Context()
_LOOKALIKES = str.maketrans("aeopcxyisj", "аеорсхуіѕј")
_LEET = str.maketrans("aeiost", "431057")
_SQUARE = str.maketrans({chr(97 + n): chr(0xFF41 + n) for n in range(26)})
_SHORTEST = 4  # letters of a word that is worth disguising
_EMOJI = "🙂🌧🔥🖤🌸"
_UNSEEN = "\u200b\u200c\u2060\ufeff"
_BIDI = "\u202a\u202c\u200e\u200f"
_FILLER = """
The bus came on time this morning and the driver waved. We repotted the basil and moved it to the window.
My neighbour lent me a ladder for the gutters. The library has a new shelf of maps. It rained a little after lunch.
I made soup with carrots and lentils and put half in the freezer. The radio played old songs while I folded towels.
There is a market on the square every Saturday with good bread. The cat slept on the newspaper again.
We painted the shed green and it looks bigger. My cousin sent a picture of her garden. The post came late.
"""
_FILLER_WORDS = 2000
_QUOTES = (
    "> The meeting on Tuesday moved to the small room, bring a chair.\n> See you there\n\n{}",
    "> Has anybody got the recipe for the soup?\n\n{}\n\nSent from my phone",
)


def _each_word(text: str, change: Callable[[str], str], every: int = 1) -> str:
    words = text.split(" ")
    return " ".join(
        change(word) if len(word) >= _SHORTEST and word.isascii() and word.isalpha() and at % every == 0 else word
        for at, word in enumerate(words)
    )


def _sprinkled(word: str, signs: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + chance.choice(signs) + word[at:]


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    left_out, doubled = word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]
    changed_over = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return chance.choice((left_out, doubled, changed_over))


def _spelled_out(word: str) -> str:
    return " ".join(word)


def _spaced(text: str) -> str:
    """Every word letter by letter, words three spaces apart."""
    return "   ".join(_spelled_out(word) for word in text.split())


def _unquiet(text: str, chance: random.Random) -> str:
    marks = (",", "...", " -", "!", ";")
    return " ".join(word + (chance.choice(marks) if chance.random() < 0.3 else "") for word in text.split(" "))


def _alternating(text: str) -> str:
    return "".join(char.upper() if at % 2 else char.lower() for at, char in enumerate(text))


def _held_down(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + word[at] * 3 + word[at:]


def _entities(text: str) -> str:
    return "".join(f"&#{ord(char)};" if char.isalpha() and at % 3 == 0 else char for at, char in enumerate(text))


def _buried(text: str, chance: random.Random) -> str:
    quiet = (" ".join(_FILLER.split()) + " ") * (_FILLER_WORDS // len(_FILLER.split()) + 1)
    sentences = quiet.split(". ")
    at = chance.randrange(1, len(sentences) - 1)
    return ". ".join(sentences[:at]) + ".\n" + text + "\n" + ". ".join(sentences[at:])


def _in_two(text: str) -> tuple[str, Context]:
    words = text.split(" ")
    half = len(words) // 2
    return " ".join(words[half:]), Context(earlier=(" ".join(words[:half]),))


def _words(change: Callable[[str, random.Random], str]) -> Change:
    return lambda text, chance: (change(text, chance), _NOWHERE)


PERTURBATIONS: dict[str, Change] = {
    "homoglyphs": _words(lambda text, _: text.translate(_LOOKALIKES)),
    "zero_width": _words(lambda text, chance: _each_word(text, lambda w: _sprinkled(w, _UNSEEN, chance))),
    "leet": _words(lambda text, _: _each_word(text, lambda w: w.translate(_LEET))),
    "spacing": _words(lambda text, _: _spaced(text)),
    "punctuation": _words(_unquiet),
    "case": _words(lambda text, _: _alternating(text)),
    "repeats": _words(lambda text, chance: _each_word(text, lambda w: _held_down(w, chance), every=2)),
    "misspelling": _words(lambda text, chance: _each_word(text, lambda w: _slip(w, chance), every=4)),
    "emoji_splitting": _words(lambda text, chance: _each_word(text, lambda w: _sprinkled(w, _EMOJI, chance), every=2)),
    "html_entities": _words(lambda text, _: _entities(text)),
    "bidi": _words(lambda text, chance: _each_word(text, lambda w: _sprinkled(w, _BIDI, chance))),
    "combining_marks": _words(
        lambda text, chance: _each_word(text, lambda w: _sprinkled(w, "\u0336\u0301\u0323", chance))
    ),
    "full_width": _words(lambda text, _: text.translate(_SQUARE)),
    "quoted_padding": _words(lambda text, chance: chance.choice(_QUOTES).format(text)),
    "burying": _words(_buried),
    "two_messages": lambda text, _: _in_two(text),
}


def perturbed(name: str, text: str) -> tuple[str, Context]:
    """The text as one perturbation makes it, and what stands around it; the same in every run."""
    return PERTURBATIONS[name](text, random.Random(f"{name} {text}"))  # noqa: S311 - for repeatable tests, not secrets
