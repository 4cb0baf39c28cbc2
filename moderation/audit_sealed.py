"""Whether a file of archived events is the one that was sealed: each part of a chain in it against its seal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from moderation.audit_chain import BEGINNING, Chain, Row, Seal, canonical
from moderation.audit_files import BadFile, read_events, sha256_of
from moderation.audit_reading import Exported


def faults_of(path: Path, seals: Sequence[Seal], exported: Mapping[int, Exported] | None = None) -> list[str]:
    """All that is wrong with this file, a sentence each. `seals` are all of the log's. Raises OSError."""
    archive = _Archive(path, seals, exported or {})
    try:
        for shard, lines in groupby(read_events(path), key=lambda line: line[0]):
            archive.part(shard, (event for _, event in lines))
    except BadFile as problem:
        archive.faults.append(str(problem))
    archive.end()
    return archive.faults


class _Archive:
    """A file as far as it has been read."""

    def __init__(self, path: Path, seals: Sequence[Seal], exported: Mapping[int, Exported]) -> None:
        self.path, self.exported, self.faults = path, exported, list[str]()
        self._seals = {(seal.shard, seal.first_seq): seal for seal in seals}
        self._before = {(seal.shard, seal.last_seq + 1): seal.last_hash for seal in seals}
        self._made = {(seal.shard, seal.actor, canonical(seal.testimony())) for seal in seals}
        self._found: list[Seal] = []

    def part(self, shard: int, events: Iterator[Row]) -> None:
        """One chain's part: whole, between its two hashes, and the one its seal speaks of."""
        first = next(events)
        seal = self._seals.get((shard, first[1]))
        before = self._before.get((shard, first[1]), BEGINNING)
        chain = Chain(shard, seq=first[1] - 1, hash=before)
        try:
            chain.follow(self._compared(chain, _all(first, events)))
        except BadFile as problem:  # nothing more is read; what was read until then still counts
            self.faults.append(str(problem))
        if seal is None:
            self.faults.append(
                f"{self.path} holds events {first[1]} to {chain.seq} of chain {shard}; no seal names them."
            )
        elif (chain.seq, chain.hash) != (seal.last_seq, seal.last_hash):
            chain.say(f"{seal.named} speaks of another end than event {chain.seq} of {self.path}.")
        for actor, data in chain.testimonies:
            if (shard, actor, canonical(data)) not in self._made:
                chain.say("an archived event tells of a seal that is not there as it was made.")
        self.faults.extend(chain.faults)
        self._found.extend([seal] if seal else [])

    def end(self) -> None:
        """The file as a whole: byte for byte the sealed one, with nothing left out."""
        digest = sha256_of(self.path)
        sealed = {seal.file_sha256 for seal in self._found}
        if sealed != {digest}:
            self.faults.append(f"{self.path} is not, byte for byte, a file that was sealed.")
        for seal in self._seals.values():
            if seal.file_sha256 in {digest, *sealed} and seal not in self._found:
                self.faults.append(f"In chain {seal.shard}, {seal.named} has nothing in {self.path}.")

    def _compared(self, chain: Chain, events: Iterable[Row]) -> Iterator[Row]:
        """The events, with a look at the one that was the last when heads were exported."""
        exported = self.exported.get(chain.shard)
        for event in events:
            if exported and event[1] == exported.seq and event[-1] != exported.hash:
                chain.say(f"event {exported.seq} is another than the one exported at {exported.at}.")
            yield event


def _all(first: Row, rest: Iterable[Row]) -> Iterator[Row]:
    yield first
    yield from rest
