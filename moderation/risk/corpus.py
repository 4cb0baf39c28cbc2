"""The labelled texts that the model learns from and is measured on: all written for this project, none by a peer.

`corpus/train/` may be read, learned from and mended after. `corpus/held_out/` is never fitted on: a fifth of the
groups, chosen by the hash of the group's name, so that a text and its harmless twin are always on one side.
`corpus/held_out.sha256` is its seal, and the tests compare it. `ordinary/` holds plain everyday talk that is no twin of
anything, all of it green; a fifth of it, chosen in the same way, is only measured on. Plain, short cases for every
capability stand apart: those of `functional/` were written by authors who knew neither the rules nor the other texts,
three mostly in English and three in the other languages, and are measured on and never read for mending; those of
`thresholds/` may be looked at when thresholds are chosen.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from moderation.risk.findings import Level

CORPUS = Path(__file__).parent / "corpus"
_FIFTH = 5
_LINE = re.compile(r"([GARC]{1,4}) (\S+) ([a-z_]+) \| (.+)")
_LETTERS = {"G": Level.GREEN, "A": Level.AMBER, "R": Level.RED, "C": Level.CRISIS}
_SIDES = ("train", "held_out", "ordinary", "functional", "thresholds")
TOO_LIKE = 0.5  # Jaccard index of word trigrams from which two texts count as one


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text: its level, the levels that would be accepted, its categories (any one is right)."""

    id: str
    text: str
    level: Level
    ok: tuple[Level, ...]
    cats: tuple[str, ...]
    capability: str
    lang: str
    group: str  # a risky text and its harmless twins share one


def load(side: str, folder: Path = CORPUS) -> list[Example]:
    """The texts of `train`, `ordinary`, `held_out`, `functional` or `thresholds`, in the order of their files."""
    return [_example(json.loads(line)) for path in _files(side, folder) for line in _lines(path)]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n")  # and not at every sign that ends a line


def ordinary_talk(*, held_out: bool) -> list[Example]:
    """Plain everyday talk: the fifth that is only measured on, or the rest, which is learned from."""
    return [example for example in load("ordinary") if is_held_out(example.group) == held_out]


def everyday(name: str, folder: Path = CORPUS) -> list[str]:
    """The texts of a collection of other people's everyday words (NOTICE says whose, and under which licence)."""
    return [json.loads(line)["text"] for line in _lines(folder / "everyday" / f"{name}.jsonl")]


def _files(side: str, folder: Path) -> list[Path]:
    return sorted((folder / side).glob("*.jsonl"))


def _example(entry: dict[str, object]) -> Example:
    words = {name: str(entry[name]) for name in ("id", "text", "capability", "lang", "group")}
    ok, cats = (tuple(map(str, entry[name])) for name in ("ok", "cats"))  # type: ignore[call-overload]
    level = Level[str(entry["level"]).upper()]
    return Example(level=level, ok=tuple(Level[name.upper()] for name in ok), cats=cats, **words)


def line_of(example: Example) -> str:
    """The text as a line of its file."""
    entry = asdict(example) | {"level": example.level.word, "ok": [level.word for level in example.ok]}
    return json.dumps(entry, ensure_ascii=False)


def is_held_out(group: str) -> bool:
    """Whether a group belongs to the held-out fifth: decided by its name alone, before anybody reads it."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % _FIFTH == 0


class SecondLabel(NamedTuple):
    """What somebody else said of a text, without having seen the first labels."""

    level: Level
    cats: tuple[str, ...]


def second_labels(folder: Path = CORPUS) -> dict[str, SecondLabel]:
    """The second labels of about every tenth text, by its id."""
    rows = (line.split() for line in (folder / "second_labels.txt").read_text(encoding="utf-8").splitlines())
    return {
        name: SecondLabel(_LETTERS[letter], () if cats == "-" else tuple(cats.split(",")))
        for name, letter, cats in rows
    }


def seal(folder: Path = CORPUS) -> str:
    """The hash of the held-out texts."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in _files("held_out", folder))).hexdigest()


def read_part(path: Path, lang: str) -> Iterator[Example]:
    """Texts as they are written down: `RC suicide passive_si | the words`, groups apart by a blank line.

    The letters are the levels that are accepted, the best first; `-` stands for no category.

    Raises:
        ValueError: a line has another form; the message gives its number.
    """
    group = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            group += 1
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"{path.name}: line {number} is not of the form `LEVELS categories capability | text`")
        letters, cats, capability, text = found.groups()
        text = text.replace("\\n", "\n")
        yield Example(
            id=hashlib.sha256(text.encode()).hexdigest()[:10],
            text=text,
            level=_LETTERS[letters[0]],
            ok=tuple(sorted({_LETTERS[letter] for letter in letters})),
            cats=() if cats == "-" else tuple(cats.split(",")),
            capability=capability,
            lang=lang,
            group=f"{path.stem}-{group}",
        )


def trigrams(text: str) -> frozenset[tuple[str, ...]]:
    """Every row of three words; the whole text where it has fewer."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(tuple(words[at : at + 3]) for at in range(len(words) - 2)) or frozenset({tuple(words)})


def without_near_duplicates(examples: Iterable[Example]) -> Iterator[Example]:
    """The examples less those that share too many rows of three words with an earlier one (`TOO_LIKE`).

    Two that are too like share one of their rarest rows: those of each text that are left when as many of the common
    ones are taken away as both could have without being too like. Only these are looked up, and of these only those
    that another text has.
    """
    examples = list(examples)
    all_rows = [trigrams(example.text) for example in examples]
    often = Counter(chain.from_iterable(all_rows))
    holders: dict[tuple[str, ...], list[int]] = {}
    for at, rows in enumerate(all_rows):
        shared = [row for row in rows if often[row] > 1]
        alone = len(rows) - len(shared)
        rarest = sorted(shared, key=lambda row: (often[row], row))
        rarest = rarest[: max(0, len(rows) - int(TOO_LIKE * len(rows)) - alone)]
        likely = {holder for row in rarest for holder in holders.get(row, ())}
        if any(_likeness(rows, all_rows[holder]) > TOO_LIKE for holder in likely):
            continue
        for row in rarest:
            holders.setdefault(row, []).append(at)
        yield examples[at]


def _likeness(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """The Jaccard index."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def add(examples: Iterable[Example], folder: Path = CORPUS, *, ordinary: bool = False) -> dict[str, int]:
    """Add texts to the side their group belongs to, less those too like one that is there, and seal the held-out ones.

    Returns how many were added to each side, and how many were left out.

    Raises:
        ValueError: one that is said to be ordinary is not green.
    """
    there = [text for side in _SIDES for text in load(side, folder)]
    offered = list(examples)
    if ordinary:  # a twin of nothing, so each has a side of its own
        offered = [replace(example, group=f"{example.group}-{example.id}") for example in offered]
        if any(example.level > Level.GREEN for example in offered):
            raise ValueError("ordinary talk is green")
    new = list(without_near_duplicates([*there, *offered]))[len(there) :]
    added = Counter({"left out": len(offered) - len(new)})
    for example in new:
        side = "ordinary" if ordinary else "held_out" if is_held_out(example.group) else "train"
        path = folder / side / f"{example.lang}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line_of(example) + "\n")
        added[side] += 1
    (folder / "held_out.sha256").write_text(seal(folder) + "\n", encoding="utf-8")
    return added
