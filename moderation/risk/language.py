"""Whether a text is in a language the rules can read at all."""

import re

from moderation.risk.findings import Category, Finding, Level
from moderation.risk.normalise import Plain
from moderation.risk.vocabulary import RULES, read_toml

_LINK = re.compile(r"(?:https?://|www\.)\S{1,300}")
_ENOUGH_WORDS = 5
_ENOUGH_SIGNS = 8
_PLAIN = 3  # everyday words of a language by which a part of the text may be in it
# Letters of scripts the rules cannot read: from Greek to Cherokee (without Arabic), and from the CJK signs to Hangul.
_OTHER = re.compile(r"[\u0370-\u05ff\u0780-\u1cff\u2e80-\ud7ff]")
_LANGUAGES = {name: frozenset(words.split()) for name, words in read_toml(RULES / "languages.toml")["words"].items()}
# Without the words that are English, too: "die" and "me" tell nothing of German or Spanish in an English text.
_TELLING = {name: words if name == "en" else words - _LANGUAGES["en"] for name, words in _LANGUAGES.items()}
# The share of its different words by which a text shows its language: of short texts, and from eight words on.
# Of 6,000 everyday English comments 0.2 % lie below it. Short words are shared by many languages, so a text in
# another one often holds one or two.
_SHARE, _LONGER, _SHARE_LONGER = 0.2, 8, 0.25
_SHARE_ARABIC = 0.1  # its small words are written together with the next ones


def unknown_language(text: str, plain: Plain) -> list[Finding]:
    """An amber finding when the text is long enough to tell and too little of it is known; else nothing."""
    words = [word for word in plain.row if word.isalpha()]
    if words and ("://" in text or "www." in text):
        linked = {at for link in _LINK.finditer(text) for at in range(*link.span())}  # an address is in no language
        words = [token.word for token in plain.tokens if token.word.isalpha() and token.start not in linked]
    if not _other_script(text) and (len(words) < _ENOUGH_WORDS or _is_known(words)):
        return []
    return [
        Finding(
            category=Category.DETECTOR,
            level=Level.AMBER,
            rule="detector.language-unknown",
            version="2",
            spans=(),
            reason="The language is not one these rules can read, so a person should look.",
            certain=False,
        )
    ]


def language_of(words: frozenset[str]) -> str:
    """The language of which most everyday words are among these; English where no other has more."""
    name: str = max(_LANGUAGES, key=lambda each: (len(words & _LANGUAGES[each]), each == "en"))
    return name


def languages_of(words: frozenset[str]) -> list[str]:
    """The languages these words may be in: each with enough of its everyday words among them, or nearly the most."""
    shared = {name: len(words & everyday) for name, everyday in _TELLING.items()}
    least = min(_PLAIN, max(1, max(shared.values()) - 1))
    return [name for name, number in shared.items() if number >= least]


def _is_known(words: list[str]) -> bool:
    """Whether enough are everyday words of the one language that fits best."""
    different = frozenset(words)
    if len(different & _LANGUAGES["ar"]) >= len(different) * _SHARE_ARABIC:
        return True
    known = max(len(different & language) for language in _LANGUAGES.values())
    return known >= len(different) * (_SHARE if len(words) < _LONGER else _SHARE_LONGER)


def _other_script(text: str) -> bool:
    if text.isascii():
        return False
    other = sum(map(str.isalpha, _OTHER.findall(text)))
    return other >= _ENOUGH_SIGNS and other * 2 > sum(map(str.isalpha, text))
