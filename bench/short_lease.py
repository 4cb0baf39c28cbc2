"""The site with a lease of a few seconds instead of two minutes: for benchmarks that outwait one, and nothing else."""

import os

from config.asgi import application
from moderation import claiming

claiming.LEASE_SECONDS = int(os.environ["LAMPLIGHT_BENCH_LEASE"])

__all__ = ["application"]
