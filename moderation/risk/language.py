"""Whether a text is in a language the rules can read at all."""

from moderation.risk.findings import Category, Finding, Level
from moderation.risk.normalise import Plain
from moderation.risk.vocabulary import RULES, read_toml

_ENOUGH_WORDS = 5
_ENOUGH_SIGNS = 8
# Alphabets and syllabaries from Greek to Cherokee, and from the CJK signs to Hangul.
_OTHER_SCRIPTS = ((0x0370, 0x1CFF), (0x2E80, 0xD7FF))
_KNOWN = frozenset(word for words in read_toml(RULES / "languages.toml")["words"].values() for word in words.split())


def unknown_language(text: str, plain: Plain) -> list[Finding]:
    """An amber finding when the text is long enough to tell and nothing in it is known; else nothing."""
    words = [token.word for token in plain.tokens if token.word.isalpha()]
    if not _other_script(text) and (len(words) < _ENOUGH_WORDS or any(word in _KNOWN for word in words)):
        return []
    return [
        Finding(
            category=Category.DETECTOR,
            level=Level.AMBER,
            rule="detector.language-unknown",
            version="1",
            spans=(),
            reason="The language is not one these rules can read, so a person should look.",
            certain=False,
        )
    ]


def _other_script(text: str) -> bool:
    if text.isascii():
        return False
    letters = other = 0
    for char in text:
        if char.isalpha():
            letters += 1
            other += any(low <= ord(char) <= high for low, high in _OTHER_SCRIPTS)
    return other >= _ENOUGH_SIGNS and other * 2 > letters
