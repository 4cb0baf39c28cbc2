# ruff: noqa: RUF001 - Arabic letters look like others
"""Arabic words without what is written together with them, so that the thesaurus need not list every form.

Articles, prepositions, signs of tense and pronouns stand in one word with what they belong to there. Taking them away
where that gives a known word is light stemming (Larkey, Ballesteros and Connell 2002), here with the beginnings and
endings of the spoken varieties, too. It finds a concept and nothing else: rules and features read the whole word.
"""

from collections.abc import Container, Iterator

_BEFORE, _BEHIND = (
    parts.split()
    for parts in (
        "وال بال كال فال عال هال ال لل بي بت بن دي ب ف ل ه ح س ع ك م",
        "ناها ونها وني تها ته تي ها هم هن نا كم كن وا ون ين ات ني ي ك ه و ت ش ا ن",
    )
)
_SHORTEST = 3  # letters that must be left
_FEMININE = "ه"  # as ة is folded; an ending takes its place


def bare(word: str, known: Container[str]) -> str:
    """The known word that is left of this one without a beginning, an ending or both; else the word as it stands.

    The longest beginning and ending that leave a known one are taken away.
    """
    return word if word in known else next((stem for stem in _stems(word) if stem in known), word)


def _stems(word: str) -> Iterator[str]:
    for before in (*_BEFORE, ""):
        if word.startswith(before):
            yield from _without_ending(word[len(before) :])


def _without_ending(word: str) -> Iterator[str]:
    for behind in _BEHIND:
        stem = word.removesuffix(behind)
        if _SHORTEST <= len(stem) < len(word):
            yield from (stem, stem + _FEMININE)
    if len(word) >= _SHORTEST:
        yield word
