"""The reviewed texts a host can leave people with at the end of a live session."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TEXTS = Path(__file__).parent.parent / "data" / "grounding.toml"


@dataclass(frozen=True, slots=True)
class Grounding:
    key: str
    label: str
    words: str


@lru_cache(maxsize=1)
def groundings() -> Mapping[str, Grounding]:
    """Every text by its key, in the order of the file. Raises TypeError or KeyError for a broken file."""
    data = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    return {row["key"]: Grounding(**row) for row in data["text"]}
