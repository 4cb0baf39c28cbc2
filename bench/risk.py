"""How the judge does on files of texts: the spread of levels, the time it takes, the contract where there is one.

    python bench/risk.py FILE.jsonl [FILE.jsonl ...]

Each line holds `text`, and may hold `ok` (accepted levels) with `cats` (accepted categories, one is
enough), or `label` (1: red or above expected, 0: not). The figures are printed as one markdown table.
No text is ever printed.
"""

import json
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from moderation.risk import RULES_VERSION, Assessment, Level, assess


@dataclass
class Tally:
    """What was counted over one file."""

    levels: Counter[Level] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    contract: list[bool] = field(default_factory=list)
    found: Counter[tuple[int, bool]] = field(default_factory=Counter)  # label, judged red or above

    def add(self, entry: dict[str, Any], assessment: Assessment, seconds: float) -> None:
        """Count one text."""
        self.levels[assessment.level] += 1
        self.milliseconds.append(seconds * 1000)
        if "ok" in entry:
            right_kind = not entry["cats"] or not set(entry["cats"]).isdisjoint(assessment.categories)
            self.contract.append(assessment.level.word in entry["ok"] and right_kind)
        elif entry.get("label") in {0, 1}:
            self.found[entry["label"], assessment.level >= Level.RED] += 1


def tally(path: Path) -> Tally:
    """Judge every text of a file."""
    counts = Tally()
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        begun = time.perf_counter()
        assessment = assess(entry["text"])
        counts.add(entry, assessment, time.perf_counter() - begun)
    return counts


def share(part: int, whole: int) -> str:
    """A part of a whole in per cent, or a dash when there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def row(name: str, counts: Tally) -> str:
    """One line of the table."""
    texts = len(counts.milliseconds)
    spread = [share(counts.levels[level], texts) for level in Level]
    times = sorted(counts.milliseconds)
    speed = [f"{statistics.median(times):.2f}", f"{times[int(texts * 0.95)]:.2f}", f"{times[-1]:.1f}"]
    recall = share(counts.found[1, True], counts.found[1, True] + counts.found[1, False])
    alarms = share(counts.found[0, True], counts.found[0, True] + counts.found[0, False])
    contract = f"{sum(counts.contract)}/{len(counts.contract)}" if counts.contract else "-"
    return "| " + " | ".join([name, str(texts), *spread, recall, alarms, contract, *speed]) + " |"


def main(paths: list[str]) -> None:
    """Print the table for the files named."""
    head = ["file", "texts", "green", "amber", "red", "crisis", "red+ of label 1", "red+ of label 0"]
    head += ["contract", "ms median", "ms p95", "ms max"]
    print(f"Rules {RULES_VERSION}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for path in paths:
        print(row(Path(path).stem, tally(Path(path))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
