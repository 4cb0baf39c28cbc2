"""Breaks each promise on purpose and shows that its test notices.

    python -m bench.mutants            every mutant of bench/mutants/*.toml
    python -m bench.mutants leases     those whose name holds the word

Each mutant is one small change in a copy of the project. A mutant that its test does not notice ends the run
with exit code 1. Mutants marked `on = "postgres"` run with Postgres and Redis.

Two workers share the mutants, each with a copy of its own. A worker loads the libraries once, and forks for each test,
which begins from tables made once, unless the mutant is in what they are made of.
"""

import argparse
import importlib
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ProcessPoolExecutor as Workers
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TABLES = Path(__file__).with_suffix("")
PATIENCE = 120  # seconds one mutant's test may take
WORKERS = 2
LOADED_ONCE = ("pytest", "hypothesis.strategies", "playwright.sync_api", "django.test", "channels.testing", "redis")
# A site that was prepared before the change would not show it: settings, tables, their triggers, rooms, files served.
PREPARED_FROM = (
    "config/",
    "static/",
    "/apps.py",
    "/migrations/",
    "/models",
    "/triggers.py",
    "tests/site.py",
    "forum/opening.py",
    "forum/notes.py",
    "forum/data/",
)
RULES = "moderation.risk"  # the slowest part of the project to load; it imports nothing of the rest
FORK = multiprocessing.get_context("fork")


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
        path, _, named = self.test.partition("::")
        if not (root / path).exists():
            return f"{path} is not there"
        function = named.partition("[")[0].rpartition("::")[2]
        is_there = re.search(rf"^\s*(async )?def {re.escape(function)}\(", (root / path).read_text(), re.MULTILINE)
        return "" if is_there or not function else f"{path} holds no {function}"


def load() -> list[Mutant]:
    tables = [tomllib.loads(path.read_text()) for path in sorted(TABLES.glob("*.toml"))]
    return [Mutant(**entry) for table in tables for entry in table["mutant"]]


def copy_project(root: Path) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in names:
        if (PROJECT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, root / name)


def work(root: Path, prepared: Path, mutants: list[Mutant]) -> int:
    """One worker: say of each mutant whether it was noticed. How many were not?"""
    copy_project(root)
    os.chdir(root)
    os.environ.update(LAMPLIGHT_DATABASE_POOL="0", PYTHONDONTWRITEBYTECODE="1")
    sys.dont_write_bytecode = True
    _forget("bench")
    sys.path[0] = str(root)
    for name in (*LOADED_ONCE, RULES):
        importlib.import_module(name)
    survivors = 0
    for mutant in mutants:
        said = mutant.fault(root) or ("" if is_noticed(mutant, root, prepared) else "NOT NOTICED")
        survivors += bool(said)
        print(f"{said or 'noticed':<12} {mutant.name}: {mutant.test}", flush=True)
    return survivors


def is_noticed(mutant: Mutant, root: Path, prepared: Path) -> bool:
    """Apply the mutant, run its test in a process of its own, put the file back."""
    path, log = root / mutant.file, root.with_suffix(".log")
    whole = path.read_text()
    path.write_text(whole.replace(mutant.old, mutant.new))
    test = FORK.Process(target=run_test, args=(mutant, log, prepared))
    try:
        test.start()
        test.join(PATIENCE)
        if test.exitcode is None:
            os.killpg(test.pid or 0, signal.SIGKILL)  # a test that hangs tells nobody what broke
            test.join()
    finally:
        path.write_text(whole)
    # A test failed. Anything else (nothing collected, a broken import, an error in preparing) proves nothing.
    return test.exitcode == 1 and "\nFAILED " in log.read_text()


def run_test(mutant: Mutant, log: Path, prepared: Path) -> None:
    """Become the run of this mutant's test: in a group of its own, with all it prints in `log`."""
    os.setsid()
    os.environ.pop("LAMPLIGHT_PREPARED", None)
    if not any(part in mutant.file for part in PREPARED_FROM):
        os.environ["LAMPLIGHT_PREPARED"] = str(prepared)
    kept = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(kept, 1)
    os.dup2(kept, 2)
    options = ["-q", "-x", "-rf", "-p", "no:cacheprovider", mutant.test]
    if mutant.on == "postgres":
        servers = ["-m", "tests.servers", "postgres", "redis", "--", sys.executable, "-m", "pytest"]
        os.execv(sys.executable, [sys.executable, *servers, *options])  # noqa: S606  (no shell is wanted)
    if mutant.file.startswith(RULES.replace(".", "/")):
        _forget(RULES)
    pytest = sys.modules["pytest"]
    code = int(pytest.main(["-W", "ignore:Module already imported", *options]))
    sys.stdout.flush()
    os._exit(code)  # threads that a test left behind keep nobody waiting


def _forget(package: str) -> None:
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
        del sys.modules[name]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", default="")
    word = parser.parse_args().word
    wanted = [mutant for mutant in load() if word in mutant.name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lamplight-mutants-") as folder, Workers(WORKERS, FORK) as workers:
        roots, prepared = [Path(folder) / str(number) for number in range(WORKERS)], Path(folder) / "prepared"
        prepared.mkdir()
        own = {name: value for name, value in os.environ.items() if not name.startswith("LAMPLIGHT_")}
        subprocess.run([sys.executable, "-m", "tests.site", str(prepared)], cwd=PROJECT, env=own, check=True)
        shares = [wanted[number::WORKERS] for number in range(WORKERS)]
        survivors = sum(workers.map(work, roots, repeat(prepared), shares))
    took = time.monotonic() - began
    print(f"{len(wanted) - survivors} of {len(wanted)} mutants noticed in {took:.0f} s")
    return 1 if survivors or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
