"""Breaks each promise on purpose and shows that its test notices.

    python -m bench.mutants            every mutant of mutants.toml
    python -m bench.mutants leases     those whose name holds the word

Each mutant is one small change in a copy of the project. A mutant that its test does not notice ends the run
with exit code 1. Mutants marked `on = "postgres"` run with Postgres and Redis.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 300  # seconds one mutant's test may take
TABLE = Path(__file__).with_name("mutants.toml")


@dataclass(frozen=True, slots=True)
class Mutant:
    """Replace `old` by `new` in `file`; then `test` must fail."""

    name: str
    file: str
    old: str
    new: str
    test: str
    on: str = "sqlite"

    def fault(self, root: Path) -> str:
        """Why this mutant says nothing, or an empty string."""
        count = (root / self.file).read_text().count(self.old) if (root / self.file).exists() else 0
        if count != 1:
            return f"{self.file} holds the text to change {count} times instead of once"
        return "" if (root / self.test.partition("::")[0]).exists() else f"{self.test} is not there"


def load() -> list[Mutant]:
    return [Mutant(**entry) for entry in tomllib.loads(TABLE.read_text())["mutant"]]


def copy_of_project(folder: Path) -> Path:
    root = folder / "project"
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    for name in names:
        if (PROJECT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, root / name)
    return root


def is_noticed(mutant: Mutant, root: Path) -> bool:
    """Apply the mutant, run its test, put the file back."""
    path = root / mutant.file
    whole = path.read_text()
    path.write_text(whole.replace(mutant.old, mutant.new))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-rf", "-p", "no:cacheprovider", mutant.test]
    if mutant.on == "postgres":
        command = [sys.executable, "-m", "tests.servers", "postgres", "redis", "--", *command]
    env = {**os.environ, "LAMPLIGHT_DATABASE_POOL": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return False  # a test that hangs tells nobody what broke
    finally:
        path.write_text(whole)
    # A test failed. Anything else (nothing collected, a broken import, an error in preparing) proves nothing.
    return done.returncode == 1 and "\nFAILED " in done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", default="")
    wanted = [mutant for mutant in load() if parser.parse_args().word in mutant.name]
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="lamplight-mutants-") as folder:
        root = copy_of_project(Path(folder))
        for mutant in wanted:
            said = mutant.fault(root) or ("" if is_noticed(mutant, root) else "NOT NOTICED")
            survivors += bool(said)
            print(f"{said or 'noticed':<12} {mutant.name}: {mutant.test}", flush=True)
    print(f"{len(wanted) - survivors} of {len(wanted)} mutants noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
