"""A community as large as one likes, written straight into the tables: what a benchmark of reading has to read.

About 5 % of the posts were noticed and have their case, about 2 % were decided, and the audit log tells of all of it;
everything agrees as if it had been written through the doors. Call `fill` where Django is set up.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import connection, models, transaction

from forum import search, text
from forum.models import LiveEvent, LiveSession, Post, Room, Thread
from forum.opening import open_rooms
from moderation import audit
from moderation import models as desk
from moderation.demo.texts import load_community
from moderation.models.log import SHARDS
from peers.models import Kind, Peer

IN_A_THREAD, IN_A_SESSION = 12, 60  # posts
EVERY_TENTH = 10  # of the places is a session
NOTICED_EACH = 20  # one post of so many
AT_ONCE = 20_000  # posts written in one transaction
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
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


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the forms in which the tables keep it."""

    body: str
    html: str
    found_by: str


class Table:
    """Rows of one model on their way, with the model's own defaults for what is not said."""

    def __init__(self, model: type[models.Model]) -> None:
        self.name, self.fields = model._meta.db_table, model._meta.concrete_fields  # noqa: SLF001
        made = model()
        self.base = {
            field.attname: field.get_db_prep_save(getattr(made, field.attname), connection) for field in self.fields
        }
        self.rows: list[tuple[Any, ...]] = []
        self.ids = count(1)

    def add(self, **values: Any) -> int:
        row = self.base | values
        if "id" in row and "id" not in values:
            row["id"] = next(self.ids)
        self.rows.append(tuple(row.values()))
        return int(row["id"]) if isinstance(row.get("id"), int) else 0

    def write(self) -> None:
        insert(self.name, [field.column or "" for field in self.fields], self.rows)
        self.rows = []


def insert(table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  (our own tables)


def fill(posts: int) -> None:
    """Write so many posts, with everything that belongs to them."""
    open_rooms()
    community = _Community()
    for first in range(1, posts + 1, AT_ONCE):
        with transaction.atomic():
            for number in range(first, min(first + AT_ONCE, posts + 1)):
                community.post(number)
            community.write()
    community.desk.close_chains()


class _Community:
    """Writes posts one after another into threads and sessions, and what the desk did about some of them."""

    def __init__(self) -> None:
        self.rooms = list(Room.objects.values_list("pk", flat=True))
        self.words = _texts()
        self.peers, self.posts, self.threads = Table(Peer), Table(Post), Table(Thread)
        self.sessions, self.events = Table(LiveSession), Table(LiveEvent)
        self.found: list[tuple[Any, ...]] = []
        self.desk = _Desk()
        self.place, self.left, self.last_seq, self.replies = 0, 0, 0, 0
        self.live = False

    def post(self, number: int) -> None:
        at = BEGAN + timedelta(seconds=number * 20)
        if not self.left:
            self._open_place(number, at)
        self.left -= 1
        words = self.words[number % len(self.words)]
        shown = {
            "body": f"{words.body} {number}",
            "shown_html": f"{words.html} {number}</p>",
            "visibility": "published",
        }
        if number % NOTICED_EACH == 0:
            shown |= self.desk.notice(number, at, shown["body"], self.rooms[self.place % len(self.rooms)])
        self.posts.add(
            id=number,
            public_id=f"p{number:011}",
            client_id=f"c{number}",
            peer_id=self.peer,
            judged_by="filled",
            created_at=moment(at),
            **{"session_id" if self.live else "thread_id": self.place},
            **shown,
        )
        self._show(number, at, shown["visibility"], f"\n{words.found_by} {number}")
        if not self.left:
            self._close_place()

    def _open_place(self, number: int, at: datetime) -> None:
        self.peer = uuid4().hex
        self.peers.add(id=self.peer, persona_key=self.peer.encode())
        self.place += 1
        self.live = self.place % EVERY_TENTH == 0
        self.left = IN_A_SESSION if self.live else IN_A_THREAD
        self.opening, self.opened_at = number, at
        self.last_seq, self.replies = 0, -1  # the opening is no reply

    def _close_place(self) -> None:
        room, at = self.rooms[self.place % len(self.rooms)], moment(self.opened_at)
        same = {"id": self.place, "public_id": f"t{self.place:011}", "room_id": room}
        if self.live:
            self.sessions.add(
                **same,
                host_id=self.peer,
                title="Filled",
                last_seq=self.last_seq,
                state="closed",
                closed_at=at,
                starts_at=at,
            )
        else:
            replies = self.replies if self.opening_is_open else self.replies + 1
            self.threads.add(**same, opening_id=self.opening, replies=replies, opened_at=at, moved_at=at)

    def _show(self, number: int, at: datetime, visibility: str, found_by: str) -> None:
        """What follows from how the post is shown: replies and search in a thread, events in a session."""
        is_open = visibility in {"published", "noted"}
        if number == self.opening:
            self.opening_is_open = is_open
        if not self.live:
            self.replies += is_open
            if is_open:
                self.found.append((number, found_by))
            return
        if is_open:
            self.last_seq += 1
            self.events.add(session_id=self.place, seq=self.last_seq, kind="said", post_id=number, at=moment(at))

    def write(self) -> None:
        if self.left:
            self._close_place()
            self.left = 0
        for table in (self.peers, self.posts, self.threads, self.sessions, self.events):
            table.write()
        key = "post_id" if connection.vendor == "postgresql" else "rowid"
        insert("forum_search", [key, "words"], self.found)
        self.found = []
        self.desk.write()


class _Desk:
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


def _texts() -> list[Words]:
    """The demo's own texts: as long, and as simply or richly written, as people write. Open at the end."""
    made = []
    for said in load_community().posts():
        html = text.render(said.body)
        if html.endswith("</p>"):
            made.append(Words(said.body, html.removesuffix("</p>"), search.words_of("", html).removeprefix("\n")))
    return made


def moment(at: datetime) -> Any:
    """A time as this database keeps it."""
    return connection.ops.adapt_datetimefield_value(at)
