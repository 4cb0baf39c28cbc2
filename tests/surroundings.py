"""A folder and secrets of the tests' own. Loaded by pytest before Django reads its settings (see addopts)."""

import atexit
import gc
import os
import shutil
import tempfile

if "LAMPLIGHT_DATA" not in os.environ:  # processes of a parallel run are given it
    os.environ["LAMPLIGHT_DATA"] = tempfile.mkdtemp(prefix="lamplight-test-")
    atexit.register(shutil.rmtree, os.environ["LAMPLIGHT_DATA"], ignore_errors=True)
os.environ["LAMPLIGHT_SECRET_KEY"] = "a secret key for tests only, long enough to pass every check there is"
os.environ["LAMPLIGHT_PEPPER"] = "a pepper for tests only, long enough to pass every check that there is"

# Each process of a parallel run counts its limits in a Redis database of its own.
if address := os.environ.get("LAMPLIGHT_REDIS_URL"):
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["LAMPLIGHT_REDIS_URL"] = f"{address.rpartition('/')[0]}/{number}"


def pytest_collection_finish() -> None:
    """What is loaded stays until the end: not looking through it again and again spares a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
