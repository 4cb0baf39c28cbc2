"""What was noticed in a filled database and what moderators did about it: cases, decisions, and a log that adds up."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from bench.rows import Table, moment
from moderation import audit
from moderation import models as desk
from moderation.audit_chain import SHARDS
from peers.models import Kind, Peer

NOTICED_EACH = 20  # one post of so many
LEVEL = {"distress": 1, "suicide": 2, "crisis": 3, "threat": 2, "method": 1}
# Of twenty that are noticed: what was found, and what a moderator did about it ("" where it waits).
PATTERN = (
    *[("distress", "")] * 8,
    *[("distress", "leave")] * 4,
    *[("suicide", "")] * 2,
    ("suicide", "fold"),
    ("suicide", "leave"),
    ("method", ""),
    ("threat", ""),
    ("threat", "remove"),
    ("crisis", "leave"),
)


class Desk:
    """What was noticed, and what moderators did about it."""

    def __init__(self) -> None:
        self.cases, self.signals, self.snapshots = Table(desk.Case), Table(desk.Signal), Table(desk.Snapshot)
        self.steps, self.alerts, self.cards = Table(desk.Escalation), Table(desk.Outbox), Table(desk.ResourceAttachment)
        self.decisions, self.effects, self.events = Table(desk.Decision), Table(desk.Effect), Table(desk.AuditEvent)
        self.chains = dict.fromkeys(range(SHARDS), (0, "0" * 64))
        voice = Peer.objects.create(kind=Kind.STAFF, staff_name="Robin")
        self.robin = desk.Moderator.objects.create(username="robin", role="lead", peer=voice)

    def notice(self, post: int, at: datetime, body: str, room: int) -> dict[str, Any]:
        """The case of this post, with all that belongs to it; how the post is shown because of it."""
        what, action = PATTERN[post // NOTICED_EACH % len(PATTERN)]
        category = "suicide" if what == "crisis" else what
        case = _Case(post=post, number=next(self.cases.ids), at=at, level=LEVEL[what])
        self._keep(case, category, body)
        self._log(case, "rules", "case.opened", level=case.level, categories=[category])
        if what == "crisis":
            self.alerts.add(key=f"case:{case.number}:{at.timestamp():.6f}:step:0", kind="alert", payload="{}")
        if action:
            self._decide(case, what, action)
        ended = {"state": "resolved", "resolved_at": moment(case.at)} if action else {}
        self.cases.add(
            id=case.number,
            public_id=case.ref,
            subject=f"post:{post}",
            post_id=post,
            room_id=room,
            level=case.level,
            categories=json.dumps([category]),
            due_at=moment(at + timedelta(hours=4)),
            opened_at=moment(at),
            first_human_at=moment(case.at) if action else None,
            version=1 + len(case.decided) * 2 - bool(case.decided),
            **ended,
        )
        return self._shown(case, what)

    def _keep(self, case: "_Case", category: str, body: str) -> None:
        salt = uuid4()
        digest = hmac.new(salt.bytes, body.encode(), hashlib.sha256).hexdigest()
        self.snapshots.add(
            case_id=case.number, revision=1, words=body, visibility="noted", salt=salt.hex, digest=digest
        )
        self.signals.add(
            case_id=case.number,
            subject=f"post:{case.post}",
            revision=1,
            source="rules",
            rule=f"{category}.filled",
            version="1",
            category=category,
            level=case.level,
            reason="Filled",
            at=moment(case.at),
        )
        for step in (1, 2):
            self.steps.add(case_id=case.number, step=step, due_at=moment(case.at + timedelta(hours=4 * step)))
        if category != "threat":
            self.cards.add(post_id=case.post, revision=1, keys=json.dumps([category]), shown_to="me")

    def _decide(self, case: "_Case", what: str, action: str) -> None:
        """Claimed, revealed, decided; every tenth was taken back once and decided again."""
        before = "held" if what == "threat" else "noted" if case.level > 1 else "published"
        rounds = 2 if case.number % 10 == 0 else 1
        for turn in range(rounds):
            for kind in ("case.claimed", "case.revealed"):
                self._log(case, "robin", kind)
            case.at += timedelta(minutes=5)
            self._log(case, "robin", "case.decided", action=action, reason="stands")
            self._record(case, action, before, taken_back=turn < rounds - 1, version=1 + turn * 2)

    def _record(self, case: "_Case", action: str, before: str, *, taken_back: bool, version: int) -> None:
        undone = moment(case.at + timedelta(minutes=1)) if taken_back else None
        decision = self.decisions.add(
            case_id=case.number,
            moderator_id=self.robin.pk,
            action=action,
            reason_code="stands",
            public_note="I have read this.",
            key=f"{case.number}-{version}",
            case_version=version,
            level_before=case.level,
            at=moment(case.at),
            undone_at=undone,
            undone_by_id=self.robin.pk if taken_back else None,
        )
        case.decided.append(decision)
        if action != "leave":
            after = {"fold": "noted", "remove": "removed"}[action]
            self.effects.add(
                decision_id=decision,
                post_id=case.post,
                kind="visibility",
                before=json.dumps({"visibility": before, "revision": 1}),
                after=json.dumps({"visibility": after}),
                at=moment(case.at),
                reversed_at=undone,
            )
        if taken_back:
            self._log(case, "robin", "decision.undone", action=action)

    def _shown(self, case: "_Case", what: str) -> dict[str, Any]:
        """How a post of this kind is shown now."""
        help_for = {"help_keys": "[]" if what == "threat" else json.dumps([what]), "help_for": "author"}
        if what == "threat" and case.decided:
            return {**help_for, "visibility": "removed", "shown_html": ""}
        if what == "threat":
            return {**help_for, "visibility": "held", "hold_until": moment(case.at + timedelta(hours=4))}
        return {**help_for, "visibility": "noted" if case.level > 1 else "published"}

    def _log(self, case: "_Case", actor: str, kind: str, **data: Any) -> None:
        shard = case.number % SHARDS
        seq, before = self.chains[shard][0] + 1, self.chains[shard][1]
        fresh = audit.digest_of(before=before, at=case.at, facts=[shard, seq, actor, kind, case.ref, data])
        self.chains[shard] = (seq, fresh)
        self.events.add(
            shard=shard,
            seq=seq,
            at=moment(case.at),
            actor=actor,
            kind=kind,
            case_ref=case.ref,
            data=json.dumps(data),
            before_hash=before,
            hash=fresh,
        )

    def write(self) -> None:
        for table in (self.cases, self.signals, self.snapshots, self.steps, self.alerts, self.cards):
            table.write()
        for table in (self.decisions, self.effects, self.events):
            table.write()

    def close_chains(self) -> None:
        heads = [
            desk.AuditHead(shard=shard, last_seq=seq, last_hash=last) for shard, (seq, last) in self.chains.items()
        ]
        desk.AuditHead.objects.bulk_create(heads)


@dataclass(slots=True)
class _Case:
    """A case as it is being written; `at` moves on with what is done about it."""

    post: int
    number: int
    at: datetime
    level: int
    decided: list[int] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return f"k{self.number:011}"
