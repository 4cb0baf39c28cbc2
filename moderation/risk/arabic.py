# ruff: noqa: RUF001 - Arabic letters look like others
"""Arabic words without what is written together with them, so that the thesaurus need not list every form.

Articles, prepositions, signs of tense, of the feminine and of number, "not", and pronouns stand in one word with what
they belong to there. Taking them away where that gives a known word is light stemming (Larkey, Ballesteros and Connell
2002), here with the beginnings and endings of the spoken varieties, too. It finds the concept of a word, and by that
its language; rules, and what the model reads of the words themselves, take the whole word.
"""

from collections.abc import Container, Iterator

# What is taken from the beginning, in the order in which it is tried, and from the end. Letters that begin more roots
# than they are written before come when nothing else has left a known word. A sign of the future or the present stands
# before the letter of a person (`_PERSONS`), which stays.
_BEFORE, _TENSE, _PERSONS, _SELDOM, _BEHIND = (
    parts.split()
    for parts in (
        "بال كال فال عال هال ال لل بي بت بن دي ب ل ه",
        "س ح ك",
        "ا ي ت ن",
        "ف ك",
        "ناها ونها وني تها ته تي ها هم هن نا كم كن وا ون ين ات ني ي ك ه و ت ش ا ن",
    )
)
_SHORTEST = 3  # letters that must be left
_NOT = ("م", "ش")  # around a verb
_FEMININE = "ه"  # as ة is folded; an ending takes its place


def bare(word: str, known: Container[str]) -> str:
    """The known word that is left of this one without a beginning, an ending or both; else the word as it stands.

    A beginning is taken away before an ending, and what is left is tried whole before an ending is taken from it.
    """
    return word if word in known else next((stem for stem in _stems(word) if stem in known), word)


def _stems(word: str) -> Iterator[str]:
    for rest in _without_beginning(word):
        yield from _without_ending(rest)


def _without_beginning(word: str) -> Iterator[str]:
    yield from (word[len(before) :] for before in _BEFORE if word.startswith(before))
    if word[:1] in _TENSE and word[1:2] in _PERSONS:
        yield word[1:]
    yield word
    if word.startswith(_NOT[0]) and word.endswith(_NOT[1]):
        yield word[1:-1]
    yield from (word[1:] for before in _SELDOM if word.startswith(before))


def _without_ending(word: str) -> Iterator[str]:
    if len(word) >= _SHORTEST:
        yield word
    for behind in _BEHIND:
        stem = word.removesuffix(behind)
        if _SHORTEST <= len(stem) < len(word):
            yield from (stem, stem + _FEMININE)
