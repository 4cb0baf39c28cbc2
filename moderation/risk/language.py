"""Whether a text is in a language the rules can read at all."""

import re

from moderation.risk.concepts import Thesaurus
from moderation.risk.findings import Category, Finding, Level
from moderation.risk.normalise import Plain
from moderation.risk.tally import Tally

UNKNOWN = "detector.language-unknown"
_LINK = re.compile(r"(?:https?://|www\.)\S{1,300}")
_ENOUGH_WORDS = 5
_ENOUGH_SIGNS = 8
_PLAIN = 3  # everyday words of a language by which a part of the text may be in it
_MORE = 2  # words by which a sentence is rather in another language than the rest
# Letters of scripts the rules cannot read: from Greek to Cherokee (without Arabic), and from the CJK signs to Hangul.
_OTHER = re.compile(r"[\u0370-\u05ff\u0780-\u1cff\u2e80-\ud7ff]")
# Letters of Persian, Urdu and Kurdish, which share many words with Arabic. No labelled Arabic text has one of them.
_NOT_ARABIC = re.compile("[یکےںہھٹڈڑ]")
_FEW_SIGNS = 2
# The share of a text's different words that are everyday words or in the thesaurus of one language. Below the first
# the language is unknown; below the second it is where few are the small words that every sentence has, as a text in
# Italian shares many others with Spanish. Of labelled texts in the six languages one in a thousand is taken for
# unknown, of 6,000 everyday English comments one in five hundred.
_SHARE, _SURE, _SMALL = 0.45, 0.6, 0.2


def unknown_language(text: str, plain: Plain, thesaurus: Thesaurus) -> list[Finding]:
    """An amber finding when the text is long enough to tell and too little of it is known; else nothing."""
    if not _other_script(text) and _is_read(text, plain, thesaurus):
        return []
    return [
        Finding(
            category=Category.DETECTOR,
            level=Level.AMBER,
            rule=UNKNOWN,
            version="4",
            spans=(),
            reason="The language is not one these rules can read, so a person should look.",
            certain=False,
        )
    ]


def language_of(plain: Plain, thesaurus: Thesaurus) -> str:
    """The language most of the words are in; English where no other has more."""
    known = _tally(plain, thesaurus).known
    most: str = max(known, key=lambda name: (known[name], name == "en"))
    return most


def languages_of(plain: Plain, thesaurus: Thesaurus) -> list[str]:
    """The languages parts of a text may be in: that of most words, and each with enough words only it has."""
    shared = _tally(plain, thesaurus).telling
    least = min(_PLAIN, max(1, max(shared.values()) - 1))
    most = language_of(plain, thesaurus)
    return [name for name, number in shared.items() if number >= least or name == most]


def parts_elsewhere(plain: Plain, thesaurus: Thesaurus) -> list[tuple[int, int]]:
    """The sentences in another language than most of the text, as stretches of the original; neighbours are one.

    Judged with the rest they would be read as words of that language.
    """
    telling = _tally(plain, thesaurus).telling
    most = language_of(plain, thesaurus)
    if not any(number for name, number in telling.items() if name != most):
        return []
    found: list[tuple[int, int]] = []
    follows = False
    for first, last in plain.sentences():
        words = plain.row[first:last]
        elsewhere = _is_elsewhere(thesaurus.counter.tally(frozenset(words)), most)
        if elsewhere:
            start, end = plain.places[first][0], plain.places[last - 1][1]
            found.append((found.pop()[0] if follows else start, end))
        follows = elsewhere
    return found


def _is_elsewhere(tally: Tally, most: str) -> bool:
    """Whether more of a sentence is in one other language, and it has enough words to tell."""
    known = tally.known
    other = max(known, key=known.__getitem__)
    return known[other] >= _PLAIN and known[other] - known[most] >= _MORE


def _tally(plain: Plain, thesaurus: Thesaurus) -> Tally:
    """How many of the words each language has. Counted once for each text."""
    if plain.tally is None:
        plain.tally = thesaurus.counter.tally(plain.words)
    return plain.tally


def _is_read(text: str, plain: Plain, thesaurus: Thesaurus) -> bool:
    """Whether there are too few words to tell, or enough of them are in a language that the rules read."""
    tally = _tally(plain, thesaurus)
    if "://" in text or "www." in text:
        linked = {at for link in _LINK.finditer(text) for at in range(*link.span())}  # an address is in no language
        words = [word for word, start, _ in plain.tokens if word.isalpha() and start not in linked]
        return len(words) < _ENOUGH_WORDS or _is_known(thesaurus.counter.tally(frozenset(words)))
    if tally.letters < _ENOUGH_WORDS and sum(map(str.isalpha, plain.row)) < _ENOUGH_WORDS:
        return True
    return _is_known(tally)


def _is_known(tally: Tally) -> bool:
    """Whether enough are words of the one language that fits best."""
    words, known = tally.letters, tally.spelled
    share = max(known.values()) / words
    small = max(tally.small.values()) / words
    return share >= _SURE or (share >= _SHARE and small >= _SMALL)


def _other_script(text: str) -> bool:
    if text.isascii():
        return False
    if len(_NOT_ARABIC.findall(text)) >= _FEW_SIGNS and len(text.split()) >= _ENOUGH_WORDS:
        return True
    other = sum(map(str.isalpha, _OTHER.findall(text)))
    return other >= _ENOUGH_SIGNS and other * 2 > sum(map(str.isalpha, text))
