"""One web process on the in-process layer; a second one says why it does not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from realtime.alone import EXIT_CODE

ROOT = Path(__file__).resolve().parents[2]
HOLD = "import config.asgi, sys; print('up', flush=True); sys.stdin.read()"


@pytest.fixture(autouse=True)
def emptied_afterwards() -> None:
    """These tests use no database."""


@pytest.fixture
def surroundings(tmp_path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAMPLIGHT_")}
    return {
        **kept,
        "LAMPLIGHT_DATA": str(tmp_path),
        "LAMPLIGHT_DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def start(surroundings) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", HOLD], env=surroundings, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, stderr=pipe
    )


def says(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> str:
    """Ends it as a killed machine would; what it said on stderr."""
    process.kill()
    return process.communicate()[1]


def test_a_second_web_process_refuses_in_a_plain_sentence(surroundings) -> None:
    first = start(surroundings)
    assert says(first) == "up"

    second = start(surroundings)
    told = second.communicate(timeout=30)[1]
    end(first)

    assert second.returncode == EXIT_CODE
    assert "only one web process" in told
    assert "LAMPLIGHT_REDIS_URL" in told
    assert "Traceback" not in told


def test_a_killed_process_leaves_no_lock_behind(surroundings) -> None:
    first = start(surroundings)
    assert says(first) == "up"
    end(first)

    second = start(surroundings)

    assert says(second) == "up"
    end(second)


def test_with_redis_several_may_serve(surroundings) -> None:
    surroundings["LAMPLIGHT_REDIS_URL"] = "redis://127.0.0.1:1/0"
    both = [start(surroundings), start(surroundings)]

    assert [says(process) for process in both] == ["up", "up"]
    for process in both:
        end(process)


def test_commands_and_the_worker_need_no_lock(surroundings) -> None:
    first = start(surroundings)
    assert says(first) == "up"

    command = subprocess.run(
        [sys.executable, "manage.py", "check"], env=surroundings, cwd=ROOT, capture_output=True, text=True, check=False
    )
    end(first)

    assert command.returncode == 0, command.stderr


def test_what_a_server_has_loaded_is_never_gone_through_again(surroundings) -> None:
    """A collection of the rules' half a million objects would hold up every live room."""
    code = "import config.asgi, gc; print(gc.get_freeze_count(), len(gc.get_objects()), gc.isenabled())"

    answer = subprocess.run(
        [sys.executable, "-c", code], env=surroundings, cwd=ROOT, text=True, capture_output=True, check=True
    )

    kept, gone_through, still_collects = answer.stdout.split()
    assert int(kept) > 100_000
    assert int(gone_through) < 1_000
    assert still_collects == "True"
