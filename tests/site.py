"""The real site as real processes (server, worker) over a temporary folder, for browser tests, kills and benchmarks.

python -m tests.site FOLDER    prepare a site; named in LAMPLIGHT_PREPARED, each site on SQLite begins as a copy of it
"""

import base64
import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
from django_otp.oath import totp
from psycopg import sql

from forum.tokens import new_token
from tests.servers import answers, free_port, wait_for

logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request would bury what failed
PROJECT = Path(__file__).resolve().parent.parent
EMPTY = "empty.sqlite3"  # tables and nothing in them, from which each process that runs tests begins (see conftest.py)
PREPARE = f"""
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
if connection.vendor == "sqlite":
    empty = connection.settings_dict["NAME"].with_name("{EMPTY}")
    empty.unlink(missing_ok=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(empty)])
call_command("open_rooms", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
"""  # in one process: each takes seconds to load
SERVES = "config.asgi:application"
# As ./run starts it.
SERVER = [
    *("--ws", "realtime.wire:Wire", "--ws-per-message-deflate", "false", "--ws-max-size", "65536"),
    *("--ws-max-queue", "16", "--lifespan", "off", "--timeout-graceful-shutdown", "5", "--no-server-header"),
    *("--no-access-log", "--no-proxy-headers", "--log-level", "warning"),
]
SECRETS = {"LAMPLIGHT_SECRET_KEY": "s" * 20 + "abcdefghij" * 4, "LAMPLIGHT_PEPPER": "p" * 20 + "abcdefghij" * 4}


@dataclass(frozen=True, slots=True)
class Staff:
    """How a member of staff signs in."""

    username: str
    password: str
    secret: str

    def code(self) -> str:
        """The one-time code of this moment."""
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        return f"{totp(key):06d}"


class Site:
    """One site: `start()` and `kill()` its server as often as needed; `manage()` runs a command beside it."""

    def __init__(self, data: Path, *, serves: str = SERVES, **variables: str) -> None:
        self.data = data
        self.serves = serves
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = data / "server.log"
        self.env = {**os.environ, **SECRETS, "LAMPLIGHT_DATA": str(data), "LAMPLIGHT_SITE_URL": self.url, **variables}
        self.server: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.managing: subprocess.Popen[str] | None = None
        self.managed: dict[str, str] = {}  # what that process was started with
        self.one_at_a_time = threading.Lock()

    def manage(self, *words: str, stdin: str = "") -> str:
        """Run `manage.py`, in one process for all of this site's commands; what was printed. Raises RuntimeError."""
        with self.one_at_a_time:
            if self.managing and self.managed != self.env:
                self.managing.communicate()
                self.managing = None
            if self.managing is None:
                self.managed = dict(self.env)
                command, pipe = [sys.executable, "-m", "tests.managing"], subprocess.PIPE
                self.managing = subprocess.Popen(command, env=self.env, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True)
            asks, answers = cast("IO[str]", self.managing.stdin), cast("IO[str]", self.managing.stdout)
            asks.write(json.dumps({"words": words, "stdin": stdin}) + "\n")
            asks.flush()
            answer = json.loads(answers.readline())
        if answer["failed"]:
            raise RuntimeError(f"manage.py {words[0]} failed: {answer['said']}{answer['errors']}")
        return str(answer["said"])

    def prepare(self) -> None:
        """Tables, rooms, static files: a copy of what was prepared, where that is named and would be the same."""
        prepared = os.environ.get("LAMPLIGHT_PREPARED")
        if prepared and "LAMPLIGHT_DATABASE_URL" not in self.env:
            shutil.copytree(prepared, self.data, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EMPTY))
            return
        self.manage("shell", "--no-imports", "-c", PREPARE)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", "uvicorn", self.serves, "--port", str(self.port), *SERVER]
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(command, env=self.env, cwd=PROJECT, stdout=log, stderr=log)
        try:
            wait_for(lambda: answers(self.port), "the site")
        except RuntimeError as problem:
            raise RuntimeError(f"{problem}\n{self.log.read_text()[-2000:]}") from None

    def start_worker(self) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "manage.py", "worker"]
            self.worker = subprocess.Popen(command, env=self.env, cwd=PROJECT, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is flushed."""
        if self.server:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()
            self.server = None

    def stop(self) -> None:
        if self.managing:
            self.managing.communicate()
            self.managing = None
        for process in (self.server, self.worker):
            if process and process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=8)
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def staff(self, name: str, role: str) -> "Staff":
        """A new member of staff, as `add_moderator` prints them."""
        said = self.manage("add_moderator", name, "--staff-name", name.title(), "--role", role)
        password = next(line.rpartition(": ")[2] for line in said.splitlines() if line.startswith("Password"))
        uri = next(word for word in said.split() if word.startswith("otpauth://"))
        return Staff(name, password, parse_qs(urlsplit(uri).query)["secret"][0])


def own_database(shared: str) -> str:
    """The address of a new database beside the shared one; it goes when the server does."""
    name = f"site_{new_token()}"
    with psycopg.connect(shared, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(shared)._replace(path=f"/{name}").geturl()


@contextlib.contextmanager
def running_site(*, worker: bool = True, serves: str = SERVES, **variables: str) -> Iterator[Site]:
    """A prepared and started site, stopped and removed afterwards."""
    data = Path(tempfile.mkdtemp(prefix="lamplight-site-"))
    if shared := os.environ.get("LAMPLIGHT_DATABASE_URL"):
        variables["LAMPLIGHT_DATABASE_URL"] = own_database(shared)
    site = Site(data, serves=serves, **variables)
    try:
        site.prepare()
        site.start()
        if worker:
            site.start_worker()
        yield site
    finally:
        site.stop()
        shutil.rmtree(data, ignore_errors=True)


class Visitor(httpx.Client):
    """A peer without a browser. Keeps the cookie by hand: it is `Secure`, and httpx would not send it on http."""

    def __init__(self, site: Site) -> None:
        super().__init__(base_url=site.url, timeout=10, headers={"Origin": site.url})
        self.session = ""
        self.token = ""

    def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        if self.session:
            request.headers["Cookie"] = f"__Host-lamplight={self.session}"
        response = super().send(request, **kwargs)
        for header in response.headers.get_list("set-cookie"):
            name, _, rest = header.partition("=")
            if name == "__Host-lamplight":
                self.session = rest.partition(";")[0].strip('"')
        return response

    def form_token(self, page: str) -> str:
        """The token that the forms of this page carry; empty where the session has none."""
        text = self.get(page).text
        mark = 'name="form_token" value="'
        return text.partition(mark)[2].partition('"')[0] if mark in text else ""


def until(ready: object, seconds: float = 10.0, what: str = "it") -> None:
    """Wait for something that is about to become true. Raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():  # type: ignore[operator]  # any callable
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds:.0f} s")


if __name__ == "__main__":
    prepared = Site(Path(sys.argv[1]))
    prepared.prepare()
    prepared.stop()
