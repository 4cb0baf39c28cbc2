"""What judging costs: posts a second, milliseconds a post, memory, start, hostile inputs, how time grows with length.

    python -m bench.risk_cost [--texts FILE.jsonl]

Each figure comes from a fresh process pinned to one core where the system can pin. Without a file the posts are
held-out texts put together until each has a hundred words.
"""

import argparse
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

WORDS = 100
ROUNDS = 3
HOSTILE_LENGTH = 100_000
CURVE = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_START = "import time; begun = time.perf_counter(); from moderation.risk import assess; assess('I feel low'); {}"
_TIME = "print(time.perf_counter() - begun)"
_MEMORY = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"


def hostile() -> dict[str, str]:
    """Eighteen inputs of 100 kB that a slow pattern, a stack or a table would choke on."""
    made = {
        "one letter": "a",
        "letters apart": "i ",
        "no end of not": "not ",
        "rule words": "kill myself ",
        "half matches": "i want to just really never ",
        "persons": "my friend he she they someone ",
        "marks": ".?!,",
        "quotes": '"',
        "digits": "0123456789 ",
        "combining marks": "x\u0301\u0302\u0303",
        "bidi": "\u202e\u202d",
        "entities": "&#107;",
        "stars": "k*l*m*",
        "links": "http://a.b/ ",
        "quoted lines": "> q\ni want to\n",
        "long signs": "\ufdfa",
    }
    made["wide gaps"] = ("i" + " " * 9_000) * 12
    made["every word of the rules"] = _rule_words()
    return {name: (piece * (HOSTILE_LENGTH // len(piece) + 1))[:HOSTILE_LENGTH] for name, piece in made.items()}


def _rule_words() -> str:
    from moderation.risk import rulebook  # noqa: PLC0415 - timed in fresh processes below

    phrases = (phrase for phrase in rulebook.load().rules_of if not phrase.wide)
    return "".join(f"{word}. " for word in sorted(frozenset[str]().union(*(phrase.anchors for phrase in phrases))))


def posts(file: Path | None) -> list[str]:
    """Texts of a hundred words."""
    if file:
        lines = [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines()]
    else:
        from moderation.risk import corpus  # noqa: PLC0415 - only here, so that a fresh process can time its import

        lines = [example.text for example in corpus.load("held_out") if example.lang == "en"]
    words = " ".join(lines).split()
    return [" ".join(words[at : at + WORDS]) for at in range(0, len(words) - WORDS, WORDS)]


def timed(judge: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds each text took, the best of three rounds for each."""
    best = [float("inf")] * len(texts)
    for _ in range(ROUNDS):
        for at, text in enumerate(texts):
            begun = time.perf_counter()
            judge(text)
            best[at] = min(best[at], time.perf_counter() - begun)
    return [seconds * 1000 for seconds in best]


def fresh(ending: str) -> float:
    """What a fresh process prints after its first judgement."""
    run = subprocess.run([sys.executable, "-c", _START.format(ending)], check=True, capture_output=True, text=True)
    return float(run.stdout)


def report(file: Path | None) -> Iterator[str]:
    """All figures, a line each."""
    # Before this process grows: what a new one is said to have used at most begins with what its parent had.
    start, memory = min(fresh(_TIME) for _ in range(ROUNDS)), fresh(_MEMORY)
    from moderation.risk import assess  # noqa: PLC0415 - timed in fresh processes above

    texts = posts(file)
    first = time.perf_counter()
    for text in texts:
        assess(text)  # compiles what these texts need
    first = time.perf_counter() - first
    gc.collect()
    gc.freeze()  # as the site does when it starts: the rules are never garbage
    took = sorted(timed(assess, texts))
    total = sum(took) / 1000
    yield f"machine: {platform.machine()}, Python {platform.python_version()}, one core"
    yield f"posts of {WORDS} words: {len(texts)}; {len(texts) / total:.0f} a second"
    yield f"a post: median {statistics.median(took):.2f} ms, p99 {took[int(len(took) * 0.99)]:.2f} ms"
    yield f"the first time each post is seen, patterns not yet compiled: {first / len(texts) * 1000:.2f} ms on average"
    yield f"start to first judgement: {start:.2f} s; memory {memory:.0f} MB"
    slow = {name: timed(assess, [text])[0] / 1000 for name, text in hostile().items()}
    worst = max(slow, key=slow.__getitem__)
    yield f"hostile inputs of 100 kB: {len(slow)} in {sum(slow.values()):.2f} s; slowest: {worst}, {slow[worst]:.2f} s"
    words = " ".join(texts)
    for length in CURVE:
        yield f"{length:7d} characters: {timed(assess, [words[:length]])[0]:8.2f} ms"


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for line in report(parser.parse_args().texts):
        print(line, flush=True)


if __name__ == "__main__":
    main()
