"""What makes a chain of the audit log whole: the line of an event, its digest, and what is wrong with a run of events.

Pure: knows no row of Django's, no file and no clock, so that other processes can read a log without starting a site.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

SHARDS = 16  # chains of the log: one head would make every post wait for every other
BEGINNING = "0" * 64  # stands before the first event of a chain
ARCHIVED = "audit.archived"  # the kind of event by which a chain testifies to its own seal
_REMEMBERED = 20_000  # distinct `data` whose canonical form is kept while reading: most events repeat a few
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode

# id, seq, at (UTC, ISO 8601, six digits of a second), actor, kind, case_ref, data (JSON), before_hash, hash
Row = tuple[int, Any, str, str, str, str, str, str, str]


def canonical(value: Any) -> str:
    """JSON with sorted keys, no blanks and only ASCII. Raises ValueError for what JSON does not know."""
    return _encode(value)


def digest_of_line(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


class _Canonical(dict[str, str]):
    """The canonical form of JSON texts, each made once."""

    def __missing__(self, text: str) -> str:
        value = canonical(json.loads(text))
        if len(self) < _REMEMBERED:
            self[text] = value
        return value


@dataclass(frozen=True, slots=True)
class Seal:
    """The segment of a chain that was taken out of the log, and who did it."""

    shard: int
    first_seq: int
    last_seq: int
    last_hash: str
    file_sha256: str
    actor: str
    second: str
    at: str

    @property
    def named(self) -> str:
        return f"the seal of events {self.first_seq} to {self.last_seq}"

    def testimony(self) -> dict[str, Any]:
        """What the chain's own event says about this seal: every column of it."""
        return {
            "first_seq": self.first_seq,
            "last_seq": self.last_seq,
            "last_hash": self.last_hash,
            "file": self.file_sha256,
            "second": self.second,
            "sealed_at": self.at,
        }


@dataclass(slots=True)
class Chain:
    """One chain as far as it has been read, and all that was wrong on the way."""

    shard: int
    seq: int = 0
    hash: str = BEGINNING
    read: int = 0  # how many events
    faults: list[str] = field(default_factory=list)
    testimonies: list[tuple[str, Any]] = field(default_factory=list)  # (actor, data) of events about seals
    _fresh: str = BEGINNING  # what the hash of the last event should be
    _id: int = 0

    def follow(self, rows: Iterable[Row]) -> None:
        """Read on; every event that is missing, doubled, moved or not as it was written is named.

        After a fault it goes on from what stands there, so that one change is one fault.
        """
        data_of, shard, sha256 = _Canonical(), self.shard, hashlib.sha256
        for row in rows:
            number, seq, at, actor, kind, case_ref, data, before, kept = row
            try:
                # As digest_of_line(canonical([before, at, shard, ...])), three times as fast; a test holds them equal.
                who = f"{quoted(actor)},{quoted(kind)},{quoted(case_ref)}"
                line = f"[{quoted(before)},{quoted(at)},{shard},{seq},{who},{data_of[data]}]"
                fresh = sha256(line.encode()).hexdigest()
            except (TypeError, ValueError, RecursionError):
                fresh = ""  # a value that nothing here could have written
            if seq != self.seq + 1 or before != self.hash or fresh != kept or number <= self._id:
                if not isinstance(seq, int):
                    self.say("an event stands whose number is none.")
                    continue
                self._name(number, seq, before, as_written=fresh == kept)
            self.seq, self.hash, self._fresh, self._id = seq, kept, fresh, number
            self.read += 1
            if kind == ARCHIVED:
                self._hear(actor, data)

    def _name(self, number: int, seq: int, before: str, *, as_written: bool) -> None:
        """Say what is wrong with an event. Where only a stored hash was changed, the next one holds the right one."""
        first, last = self.seq + 1, seq - 1
        if seq > first:
            self.say(f"event {first} is missing." if first == last else f"events {first} to {last} are missing.")
        elif seq < first:
            self.say(f"event {seq} stands once more.")
        elif before not in {self.hash, self._fresh}:
            self.say(f"event {seq} does not follow the one before it.")
        if not as_written:
            self.say(f"event {seq} is not as it was written.")
        if number <= self._id:
            self.say(f"event {seq} was moved: its row is older than the one before.")

    def _hear(self, actor: str, data: str) -> None:
        try:
            self.testimonies.append((actor, json.loads(data)))
        except (TypeError, ValueError):
            return  # named already, as an event that is not as it was written

    def say(self, what: str) -> None:
        self.faults.append(f"In chain {self.shard}, {what}")

    def ends_at(self, seq: int, last_hash: str) -> None:
        """Compare the end with what the head says."""
        if self.seq < seq:
            self.say(f"the end was cut off: it ends at event {self.seq}, and its head says {seq}.")
        elif self.seq > seq:
            self.say(f"event {self.seq} is the last, and its head says {seq}.")
        elif self.hash != last_hash:
            self.say(f"event {seq} is the last, with another hash than its head says.")

    def begins_after(self, seals: Iterable[Seal]) -> None:
        """Begin where the last seal ends. Seals follow one another without a gap, from the first event on."""
        for seal in seals:
            if seal.first_seq != self.seq + 1 or seal.last_seq < seal.first_seq:
                self.say(f"{seal.named} does not follow event {self.seq}.")
            self.seq, self.hash, self._fresh = seal.last_seq, seal.last_hash, seal.last_hash

    def testifies_to(self, seals: Sequence[Seal]) -> None:
        """A seal and the event about it belong together. The event of an older seal may be archived by now."""
        told = {(actor, canonical(data)) for actor, data in self.testimonies}
        made = [(seal.actor, canonical(seal.testimony())) for seal in seals]
        for _ in told.difference(made):
            self.say("an event tells of a seal that is not there as it was made.")
        if made and made[-1] not in told:
            self.say(f"{seals[-1].named} is one that no event tells of.")
