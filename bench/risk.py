"""How the judge does: on the held-out texts, on the level contract, on disguised words, and on files of other people's.

    python -m bench.risk                              the held-out fifth, its capabilities and languages, and the curve
    python -m bench.risk --perturbed                  the same texts, written in sixteen other ways
    python -m bench.risk --file FILE.jsonl [...]      files of {"text"} with {"label"} or {"ok", "cats"}
    python -m bench.risk --write [--file ...]         all of it, as docs/risk-evaluation.md and docs/img/risk-curve.svg

No text is ever printed. `python -m bench.risk_cost` measures time and memory.
"""

import argparse
import json
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bench.curve import drawn, operating_points
from bench.figures import Judged, capabilities, functional, held_by_guess, judged, of_level, reliability, share
from bench.perturbations import PERTURBATIONS, perturbed
from moderation.agreement import agreement
from moderation.risk import RULES_VERSION, Assessment, Category, Level, assess, corpus, detector
from moderation.risk.corpus import Example
from moderation.risk.slips import named
from moderation.risk.vocabulary import load_vocabulary

# How the names of the groups of an author's functional cases begin; there are others for other languages.
_AUTHORS = {"first author": "functional-fn-", "second": "functional-fn2", "third": "functional-fn3"}
_AGAINST = frozenset({Category.THREAT, Category.HARASSMENT, Category.ENCOURAGEMENT})
DOCS = Path(__file__).resolve().parent.parent / "docs"
# What the design asks for: the least or the most of each figure.
ASKED = {
    "crisis judged crisis": "at least 90",
    "crisis below red": "at most 3",
    "risky judged green": "at most 5",
    "green judged red or above": "at most 3",
    "harmonic mean of the two": "at least 88",
    "right category where heard": "at least 88",
    "weakest capability": "at least 65",
    "macro-F1 above green": "at least 0.78",
}


def judge_all(examples: Iterable[Example]) -> list[Judged]:
    """Every text judged by itself."""
    return [judged(example, assess(example.text)) for example in examples]


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A markdown table."""
    head = list(head)
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row) + " |"
    yield ""


def figures(texts: list[Judged]) -> Iterator[str]:
    """The functional figures against what is asked for, over all texts and by language."""
    languages = sorted({text.example.lang for text in texts}, key=lambda lang: (lang != "en", lang))
    yield from _beside({"all": texts} | {lang: [t for t in texts if t.example.lang == lang] for lang in languages})


def functional_cases() -> Iterator[str]:
    """The same figures on plain, short cases for every capability."""
    yield "Plain, short cases for every capability, written without knowing the rules or the other texts."
    yield "`thresholds`: those that may be looked at when thresholds are chosen; `functional`: those that may not,"
    yield "by three authors mostly in English (whose columns stand here) and three in the other languages.\n"
    unread = judge_all(corpus.load("functional"))
    authors = {name: [t for t in unread if t.example.group.startswith(own)] for name, own in _AUTHORS.items()}
    looked_at = judge_all(corpus.load("thresholds"))
    yield from _beside({"functional": unread, **authors, "thresholds": looked_at})
    yield "The functional ones by language:\n"
    yield from figures(unread)


def _beside(groups: Mapping[str, list[Judged]]) -> Iterator[str]:
    columns = {name: functional(group) for name, group in groups.items()}
    yield f"Texts: {', '.join(f'{name} {len(group)}' for name, group in groups.items())}.\n"
    rows = []
    for figure in next(iter(columns.values())):
        digits = ".2f" if "F1" in figure else ".1f"
        rows.append([figure, ASKED.get(figure, ""), *(format(column[figure], digits) for column in columns.values())])
    yield from table(["figure (%)", "asked for", *columns], rows)


def ordinary_talk() -> Iterator[str]:
    """What is raised for nothing in plain everyday talk, by language."""
    texts = corpus.ordinary_talk(held_out=True)
    yield "Everyday talk that is no twin of anything: the fifth of it that nothing was learned from.\n"
    rows = []
    for lang in sorted({text.lang for text in texts}, key=lambda lang: (lang != "en", lang)):
        levels = [assess(text.text).level for text in texts if text.lang == lang]
        shares = [share([level >= least for level in levels]) for least in (Level.AMBER, Level.RED, Level.CRISIS)]
        held = format(share([held_by_guess(assess(text.text)) for text in texts if text.lang == lang]), ".2f")
        rows.append([lang, len(levels), *shares, held])
    head = ["language", "texts", "amber or above (%)", "red or above (%)", "crisis (%)", "of a kind that is held (%)"]
    yield from table(head, rows)


def doubted() -> Iterator[str]:
    """Texts that rules alone would call red or crisis and the model does not bear out, by their best level."""
    yield "Texts that are amber because the model does not bear out what a rule has found; rules alone would call them"
    yield "red or crisis.\n"
    shipped = detector.shipped()
    believing = replace(shipped.ear.thresholds, doubted=float("inf"))
    trusting = replace(shipped, ear=replace(shipped.ear, thresholds=believing))
    rows = []
    for side in ("held_out", "thresholds", "functional"):
        texts = corpus.load(side)
        fell = [e for e in texts if trusting.assess(e.text).level >= Level.RED > assess(e.text).level]
        rows.append([side, len(texts), *(sum(e.level == level for e in fell) for level in Level)])
    yield from table(["texts", "all", *(f"{level.word} ones that fell" for level in Level)], rows)


def in_words() -> Iterator[str]:
    """Texts at risk with words of the vocabulary in place of their placeholders, as a person would write them."""
    vocabulary = load_vocabulary()
    yield "The texts hold placeholders for means, people write the words. The same texts at risk with words of the"
    yield "vocabulary in their place (nothing of that is written down):\n"
    rows = []
    for side in ("functional", "held_out"):
        risky = [e for e in corpus.load(side) if e.level > Level.GREEN]
        worded = [replace(e, text=named(e.text, e.lang, vocabulary)) for e in risky]
        pairs = [(first, second) for first, second in zip(risky, worded, strict=True) if first.text != second.text]
        for written, texts in (
            ("placeholders", [first for first, _ in pairs]),
            ("words", [words for _, words in pairs]),
        ):
            found = judge_all(texts)
            urgent = of_level(found, Level.RED, Level.CRISIS)
            heard = [share([t.level >= least for t in urgent]) for least in (Level.RED, Level.AMBER)]
            rows.append([side, written, len(found), share([t.passes for t in found]), *heard])
    head = ["texts", "with", "number", "level accepted (%)", "urgent judged red or above (%)", "amber or above (%)"]
    yield from table(head, rows)


def second_labels() -> Iterator[str]:
    """How far a second annotator agrees with the first about every tenth text."""
    texts = {example.id: example for side in ("train", "held_out", "functional") for example in corpus.load(side)}
    again = {name: second for name, second in corpus.second_labels().items() if name in texts}
    pairs = [(texts[name].level.word, second.level.word) for name, second in again.items()]
    found = agreement(pairs)
    accepted = share([second.level in texts[name].ok for name, second in again.items()])
    risky = [(texts[name], second) for name, second in again.items() if second.cats and texts[name].cats]
    category = share([not set(first.cats).isdisjoint(second.cats) for first, second in risky])
    yield f"{len(again)} texts were labelled again by somebody who had not seen the first labels. The same level:"
    yield f"{100 * found.same / found.pairs:.1f} % (Cohen's kappa {found.kappa:.2f}); one of those accepted:"
    yield f"{accepted:.1f} %; the category accepted, where both named one: {category:.1f} %.\n"


def by_capability(texts: list[Judged]) -> Iterator[str]:
    """The pass rate of each capability, weakest first."""
    rates = sorted(capabilities(texts).items(), key=lambda entry: entry[1][0])
    yield from table(["capability", "judged as accepted (%)", "texts"], ([name, *figures] for name, figures in rates))


def by_category(texts: list[Judged]) -> Iterator[str]:
    """For each category, how many of its texts are heard at all, heard at an accepted level, and named."""
    names = sorted({cat for text in texts for cat in text.example.cats})
    rows = []
    for name in names:
        group = [t for t in texts if name in t.example.cats and t.example.level > Level.GREEN]
        heard = share([t.level > Level.GREEN for t in group])
        named = share([name in t.categories for t in group])
        rows.append([name, len(group), heard, share([t.passes for t in group]), named])
    yield from table(["category", "texts", "above green (%)", "level accepted (%)", "this category named (%)"], rows)


def robust(examples: list[Example], texts: list[Judged]) -> Iterator[str]:
    """Recall of red and crisis texts, and false alarms, when the words are written otherwise."""
    plain = _alarms(texts)
    rows = [["as written", *plain, "", ""]]
    for name in PERTURBATIONS:
        found = _alarms([_judged_otherwise(name, example) for example in examples])
        rows.append([name, *found, format(found[0] - plain[0], "+.1f"), format(found[1] - plain[1], "+.1f")])
    yield from table(["written", "urgent judged red or above (%)", "green judged so (%)", "", ""], rows)


def _alarms(texts: list[Judged]) -> tuple[float, float]:
    urgent, green = of_level(texts, Level.RED, Level.CRISIS), of_level(texts, Level.GREEN)
    return tuple(share([t.level >= Level.RED for t in group]) for group in (urgent, green))  # type: ignore[return-value]


def _judged_otherwise(name: str, example: Example) -> Judged:
    text, around = perturbed(name, example.text)
    found = judged(example, assess(text, around))
    if not around.earlier:
        return found
    first = judged(example, assess(around.earlier[0]))  # the first message was judged when it came
    return max(found, first, key=lambda each: each.level)


def file_row(path: Path) -> list[object]:
    """One row for a file of texts: the spread of levels, and how its labels were met."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [(entry, assess(entry["text"])) for entry in entries]
    levels = Counter(assessment.level for _, assessment in found)
    spread = [share([assessment.level >= level for _, assessment in found]) for level in (1, 2, 3)]
    contract = [a.level.word in e["ok"] and _kind_fits(e["cats"], a.categories) for e, a in found if "ok" in e]
    threats = [(e["label"], _is_threat(a)) for e, a in found if e.get("label") in {0, 1}]
    true, said = sum(label for label, _ in threats), sum(hit for _, hit in threats)
    both = sum(label and hit for label, hit in threats)
    f1 = f"{2 * both / (true + said):.2f}" if true else "-"
    false = f"{share([hit for label, hit in threats if label == 0]):.1f}" if true else "-"
    met = f"{sum(contract)}/{len(contract)}" if contract else "-"
    return [path.stem, sum(levels.values()), *spread, met, f1, false]


def _kind_fits(wanted: list[str], found: tuple[str, ...]) -> bool:
    return not wanted or not set(wanted).isdisjoint(found)


def _is_threat(found: Assessment) -> bool:
    return any(finding.level >= Level.RED and finding.category in _AGAINST for finding in found.findings)


def report(arguments: argparse.Namespace) -> Iterator[str]:
    """Everything that was asked for, as markdown."""
    examples = corpus.load("held_out")
    texts = judge_all(examples)
    yield f"Rules and model {RULES_VERSION}; held-out texts {corpus.seal()[:12]}; {platform.machine()}, Python "
    yield f"{platform.python_version()}. Written by `python -m bench.risk --write`.\n"
    yield "## On texts never fitted on\n"
    yield from figures(texts)
    yield "## On functional cases\n"
    yield from functional_cases()
    yield "## With words in place of placeholders\n"
    yield from in_words()
    yield "## On ordinary talk\n"
    yield from ordinary_talk()
    yield "## By category\n"
    yield from by_category(texts)
    yield "## By capability\n"
    yield from by_capability(texts)
    yield "## Second labels\n"
    yield from second_labels()
    yield "## What the model does not bear out\n"
    yield from doubted()
    yield "## Whether the score can be trusted\n"
    yield "A score is the share of texts like this one that a person would judge red or above.\n"
    yield from table(["score", "texts", "score, mean (%)", "red or above (%)"], reliability(texts))
    yield "## The operating curve\n"
    points = operating_points(examples)
    yield from table(["threshold", "urgent judged red or above (%)", "green judged so (%)"], points)
    if arguments.write:
        (DOCS / "img" / "risk-curve.svg").write_text(drawn(points), encoding="utf-8")
        yield "![Urgent texts heard against false alarms, as the red threshold moves](img/risk-curve.svg)\n"
    if arguments.perturbed or arguments.write:
        yield "## Written in other ways\n"
        chosen = [e for e in examples if e.lang == "en"][:: arguments.every]
        yield from robust(chosen, judge_all(chosen))
    if arguments.file:
        yield "## Other collections\n"
        head = [
            "file",
            "texts",
            "amber or above",
            "red or above",
            "crisis",
            "contract",
            "F1 of label 1",
            "false of label 0",
        ]
        yield from table(head, map(file_row, arguments.file))


def main() -> None:
    """Print or write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--perturbed", action="store_true")
    parser.add_argument("--every", type=int, default=4, help="perturb every n-th held-out text")
    parser.add_argument("--file", type=Path, nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    lines = report(arguments)
    if not arguments.write:
        for line in lines:
            print(line, flush=True)
        return
    page = "# How the judge does\n\n" + "\n".join(lines)
    (DOCS / "risk-evaluation.md").write_text(page.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
