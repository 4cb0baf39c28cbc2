"""Reads chains of the audit log straight from the database: raw rows, one snapshot a chain, and no Django.

A process that was started only to read (`read_chain`) needs no more of the project than this file and `audit_chain`.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from moderation.audit_chain import SHARDS, Chain, Row, Seal

AT_ONCE = 5_000  # rows fetched from Postgres in one go: a chain never stands in memory whole
MAPPED = 2**31 - 65_536  # bytes of the SQLite file that are mapped instead of read page by page

_SQLITE_AT = "replace(at, ' ', 'T') || CASE length(at) WHEN 19 THEN '.000000+00:00' ELSE '+00:00' END"
_POSTGRES_AT = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00'"""
_EVENTS = """
SELECT id, seq, {at}, actor, kind, case_ref, {data}, before_hash, hash FROM moderation_auditevent
WHERE shard = ? {bounds} ORDER BY seq
"""
_HEAD = "SELECT last_seq, last_hash FROM moderation_audithead WHERE shard = ?"
_SEALS = """
SELECT shard, first_seq, last_seq, last_hash, file_sha256, actor, second, {at} FROM moderation_auditseal
WHERE shard = ? ORDER BY first_seq
"""
_STRAYS = """
SELECT shard, count(*) FROM moderation_auditevent WHERE shard < ? OR shard >= ? GROUP BY shard ORDER BY shard
"""
_HASH = "SELECT hash FROM moderation_auditevent WHERE shard = ? AND seq = ?"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is, as its driver wants to hear it. Holds its password: never printed."""

    vendor: str
    parameters: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Address({self.vendor})"


@dataclass(frozen=True, slots=True)
class Exported:
    """The head of one chain as it was written to a file elsewhere."""

    seq: int
    hash: str
    at: str


class Log:
    """The log as one connection sees it, in whatever transaction it is."""

    def __init__(self, connection: Any, vendor: str) -> None:
        self._connection, self._postgres = connection, vendor == "postgresql"

    def _sql(self, text: str) -> str:
        if self._postgres:
            return text.replace("{at}", _POSTGRES_AT).replace("{data}", "data::text").replace("?", "%s")
        return text.replace("{at}", _SQLITE_AT).replace("{data}", "data")

    def _ask(self, text: str, *given: int) -> list[Any]:
        with self._cursor() as cursor:
            cursor.execute(self._sql(text), given)
            found: list[Any] = cursor.fetchall()
            return found

    @contextmanager
    def _cursor(self, name: str = "") -> Iterator[Any]:
        cursor = self._connection.cursor(name=name) if name else self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def events(self, shard: int, *bounds: int) -> Iterator[Row]:
        """The events of a chain in order, or those from one number to another; never all of them at once."""
        sql = _EVENTS.replace("{bounds}", "AND seq BETWEEN ? AND ?" if bounds else "")
        with self._cursor("lamplight_events" if self._postgres else "") as cursor:
            if self._postgres:
                cursor.itersize = AT_ONCE
            cursor.execute(self._sql(sql), (shard, *bounds))
            yield from cursor

    def head(self, shard: int) -> tuple[int, str] | None:
        found = self._ask(_HEAD, shard)
        return found[0] if found else None

    def seals(self, shard: int) -> list[Seal]:
        return [Seal(*row) for row in self._ask(_SEALS, shard)]

    def hash_at(self, shard: int, seq: int) -> str | None:
        found = self._ask(_HASH, shard, seq)
        return found[0][0] if found else None

    def strays(self) -> list[str]:
        """Events that stand in no chain."""
        found = self._ask(_STRAYS, 0, SHARDS)
        return [f"In chain {shard}, events stand ({count}), and there is no such chain." for shard, count in found]

    def chain(self, shard: int, exported: Exported | None = None) -> Chain:
        """One chain, read and compared with its seals, its head and, where given, the head that was exported."""
        chain, seals = Chain(shard), self.seals(shard)
        chain.begins_after(seals)
        head = self.head(shard)
        try:
            chain.follow(self.events(shard))
        except sqlite3.OperationalError as problem:  # text that is none
            chain.say(f"nothing can be read beyond event {chain.seq} ({problem}).")
            return chain
        if head is None and chain.seq:
            chain.say("events stand, and it has no head.")
        chain.ends_at(*(head or (chain.seq, chain.hash)))
        chain.testifies_to(seals)
        if exported:
            self._compare(chain, seals, exported)
        return chain

    def _compare(self, chain: Chain, seals: list[Seal], exported: Exported) -> None:
        """What was the head is still an event, or lies in a sealed archive, of which the last hash alone is here."""
        if exported.seq == 0:
            return
        sealed = {seal.last_seq: seal.last_hash for seal in seals}
        if seals and exported.seq <= seals[-1].last_seq:
            found = sealed.get(exported.seq, exported.hash)
        else:
            found = self.hash_at(chain.shard, exported.seq) or ""
        if not found:
            chain.say(f"event {exported.seq} is gone: it was the last when heads were exported at {exported.at}.")
        elif found != exported.hash:
            chain.say(f"event {exported.seq} is another than the one exported at {exported.at}.")


@contextmanager
def snapshot(address: Address) -> Iterator[Log]:
    """The log at one moment, while the site goes on writing. Nothing can be written through it."""
    connect = _postgres if address.vendor == "postgresql" else _sqlite
    connection = connect(address.parameters)
    try:
        yield Log(connection, address.vendor)
    finally:
        connection.close()


def _postgres(parameters: Mapping[str, Any]) -> Any:
    connection = psycopg.connect(**parameters)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def _sqlite(parameters: Mapping[str, Any]) -> Any:
    connection = sqlite3.connect(**parameters, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA mmap_size = {MAPPED}")
    connection.execute("BEGIN")
    return connection


def read_chain(address: Address, shard: int, exported: Exported | None = None) -> Chain:
    """One chain in a snapshot of its own: what a reading process does."""
    with snapshot(address) as log:
        return log.chain(shard, exported)
