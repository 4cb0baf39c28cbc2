"""Frames beside their schema: docs/live-protocol.schema.json."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "live-protocol.schema.json"


@lru_cache
def _validator(part: str) -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator({**schema, "$ref": f"#/$defs/{part}"})


def wrong_with(frame: Any, part: str = "from_server") -> str:
    """What is wrong with a frame; nothing where it is as the document says."""
    problem = best_match(_validator(part).iter_errors(frame))
    return f"{problem.message} at {problem.json_path}" if problem else ""
