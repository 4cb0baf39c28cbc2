"""`manage.py`, often: one process with everything loaded takes lines of JSON (the words behind `manage.py`, and what
the command reads) and answers each with a line: what was printed, what came as errors, and whether it failed."""

import contextlib
import io
import json
import os
import sys
from typing import IO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.management import execute_from_command_line
from django.db import connections


def run(words: list[str], stdin: str) -> dict[str, object]:
    """One command, as the command line would run it."""
    said, errors, failed, before = io.StringIO(), io.StringIO(), False, sys.stdin
    sys.stdin = io.StringIO(stdin)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
            execute_from_command_line(["manage.py", *words])
    except SystemExit as end:
        failed = bool(end.code)
    except Exception as problem:  # noqa: BLE001 - whoever asked is told
        errors.write(f"{type(problem).__name__}: {problem}")
        failed = True
    finally:
        sys.stdin = before
        connections.close_all()
    return {"said": said.getvalue(), "errors": errors.getvalue(), "failed": failed}


def serve(asked: IO[str], answers: IO[str]) -> None:
    """Answer until nobody asks any more."""
    for line in asked:
        answers.write(json.dumps(run(**json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
