"""Whatever is done to a log, verifying says in which chain and at which event."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, islice

import pytest
from django.db.models import F

from moderation import audit, audit_verifying
from moderation.audit_chain import Row
from moderation.audit_reading import Log
from moderation.models import AuditEvent, AuditHead
from tests.desk.filled_log import EACH, chain, faults, fill, rewrite, run, tampering

pytestmark = pytest.mark.django_db
EVENTS = range(1, EACH + 1)
FORGED = {"actor": "robin", "kind": "case.decided", "before_hash": "f" * 64, "hash": "e" * 64}

# Another value for each column of an event. `id` is not among them: it means nothing but its order, which has its test.
COLUMNS = {
    "shard": 7,
    "seq": 1000,
    "at": F("at") + timedelta(microseconds=1),
    "actor": "nobody",
    "kind": "case.revealed",
    "case_ref": "xyz",
    "data": {"level": 3, "to": ["a"]},
    "before_hash": "f" * 64,
    "hash": "e" * 64,
}


@pytest.fixture(autouse=True)
def filled(db) -> None:
    fill()


def test_a_log_as_it_was_written_is_whole() -> None:
    read = audit_verifying.verify()

    assert (read.chains, read.events, read.faults) == (3, 3 * EACH, [])
    assert audit.first_fault() == ""


def test_every_column_of_an_event_is_among_those_that_are_changed_here() -> None:
    assert {field.attname for field in AuditEvent._meta.concrete_fields} == {"id", *COLUMNS}


@pytest.mark.parametrize("seq", [1, 3, EACH])
@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found_where_it_is(column, seq) -> None:
    with tampering():
        chain().filter(seq=seq).update(**{column: COLUMNS[column]})

        found = faults()

    here = (
        f"In chain 2, event {seq} ",
        f"In chain 2, events {seq} to ",
        f"In chain 2, the end was cut off: it ends at event {seq - 1},",
    )
    assert any(fault.startswith(here) for fault in found)
    assert all("chain 2," in fault or "chain 7," in fault for fault in found)
    assert faults() == []


@pytest.mark.parametrize("seq", EVENTS)
def test_an_event_that_was_written_anew_with_its_own_hash_breaks_the_chain_behind_it(seq) -> None:
    event = chain().get(seq=seq)
    facts = [2, seq, "nobody", event.kind, event.case_ref, event.data]
    fresh = audit.digest_of(before=event.before_hash, at=event.at, facts=facts)
    with tampering():
        chain().filter(seq=seq).update(actor="nobody", hash=fresh)

        (found,) = faults()

    behind = f"In chain 2, event {seq + 1} does not follow the one before it."
    last = f"In chain 2, event {EACH} is the last, with another hash than its head says."
    assert found == (last if seq == EACH else behind)


@pytest.mark.parametrize("data", [{}, {"level": "1"}, {"level": True}, {"level": 1.0}, {"level": 1, "more": None}])
def test_data_that_only_looks_alike_is_another(data) -> None:
    with tampering():
        AuditEvent.objects.filter(shard=2, seq=2).update(data={**data, "to": ["a", "é"]})

        assert faults() == ["In chain 2, event 2 is not as it was written."]


def test_one_change_is_one_fault_and_all_are_named() -> None:
    with tampering():
        chain(0).filter(seq=1).update(actor="nobody")
        chain(2).filter(seq=3).update(hash="e" * 64)
        chain(9).filter(seq__in=[2, 3]).delete()

        assert faults() == [
            "In chain 0, event 1 is not as it was written.",
            "In chain 2, event 3 is not as it was written.",
            "In chain 9, events 2 to 3 are missing.",
        ]


@pytest.mark.parametrize("seq", EVENTS)
def test_a_deleted_event_is_missed(seq) -> None:
    with tampering():
        chain().filter(seq=seq).delete()

        found = faults()

    last = f"In chain 2, the end was cut off: it ends at event {EACH - 1}, and its head says {EACH}."
    assert found == [last if seq == EACH else f"In chain 2, event {seq} is missing."]


@pytest.mark.parametrize("seq", EVENTS[:-1])
def test_a_deleted_event_is_missed_where_every_hash_behind_it_was_made_anew(seq) -> None:
    with tampering():
        chain().filter(seq=seq).delete()
        rewrite(2, seq - 1)

        assert faults() == [f"In chain 2, event {seq} is missing."]


@pytest.mark.parametrize("seq", EVENTS)
def test_a_forged_event_is_found_wherever_it_is_put(seq) -> None:
    with tampering():
        for later in chain().filter(seq__gte=seq).order_by("-seq"):
            AuditEvent.objects.filter(pk=later.pk).update(seq=later.seq + 1)
        AuditEvent.objects.create(shard=2, seq=seq, at=datetime.now(UTC), **FORGED)

        assert f"In chain 2, event {seq} is not as it was written." in faults()


@pytest.mark.parametrize(("shard", "seq"), [(2, 0), (2, EACH + 1), (5, 1), (77, 1)])
def test_an_event_beside_the_chain_is_found(shard, seq) -> None:
    with tampering():
        AuditEvent.objects.create(shard=shard, seq=seq, at=datetime.now(UTC), **FORGED)

        assert any(f"In chain {shard}, event" in fault for fault in faults())


def test_an_event_that_fits_but_is_not_the_head_s_is_found() -> None:
    at, last = datetime.now(UTC), chain().last()
    facts = [2, EACH + 1, "robin", "case.decided", "", {}]
    fresh = audit.digest_of(before=last.hash, at=at, facts=facts)
    fits = {**FORGED, "before_hash": last.hash, "hash": fresh}
    with tampering():
        AuditEvent.objects.create(shard=2, seq=EACH + 1, at=at, data={}, **fits)

        assert faults() == [f"In chain 2, event {EACH + 1} is the last, and its head says {EACH}."]


@pytest.mark.parametrize("pair", list(combinations(EVENTS, 2)))
def test_two_events_that_changed_places_are_found(pair) -> None:
    one, other = (chain().get(seq=seq) for seq in pair)
    with tampering():
        for event, seq in ((one, 999), (other, one.seq), (one, other.seq)):
            AuditEvent.objects.filter(pk=event.pk).update(seq=seq)

        found = faults()

    for seq in pair:
        assert f"In chain 2, event {seq} is not as it was written." in found


def test_two_rows_that_changed_places_in_what_the_desk_shows_are_found() -> None:
    one, other = chain().filter(seq__in=[2, 3])
    with tampering():
        for pk, new in ((one.pk, 10**6), (other.pk, one.pk), (10**6, other.pk)):
            AuditEvent.objects.filter(pk=pk).update(id=new)

        assert faults() == ["In chain 2, event 3 was moved: its row is older than the one before."]


@pytest.mark.parametrize("left", range(EACH))
def test_a_chain_without_its_end_is_found(left) -> None:
    with tampering():
        chain().filter(seq__gt=left).delete()

        assert faults() == [f"In chain 2, the end was cut off: it ends at event {left}, and its head says {EACH}."]


@pytest.mark.parametrize("change", [{"last_seq": 1}, {"last_seq": 99}, {"last_hash": "e" * 64}, None])
def test_a_changed_or_missing_head_is_found(change) -> None:
    with tampering():
        head = AuditHead.objects.filter(shard=2)
        head.update(**change) if change else head.delete()

        (found,) = faults()

    assert found.startswith(("In chain 2, event", "In chain 2, the end was cut off"))


# --- the command -------------------------------------------------------------------------------------------------


def test_the_command_says_that_the_log_is_whole() -> None:
    assert run("verify") == (0, [f"The log is whole: {3 * EACH} events in 3 chains."])


def test_the_command_names_all_faults_and_fails(tmp_path) -> None:
    with tampering():
        chain(0).filter(seq=1).update(actor="nobody")
        chain(9).filter(seq=2).update(actor="nobody")
        chain(9).filter(seq=4).delete()

        code, said = run("verify")

    assert code == 1
    assert "In chain 0, event 1 is not as it was written." in said
    assert "In chain 9, event 2 is not as it was written." in said
    assert "In chain 9, event 4 is missing." in said
    assert "The guard moderation_auditevent_" in said[0]
    assert "The log does not add up" in said[-1]


# --- how it reads ------------------------------------------------------------------------------------------------


def test_what_is_written_reads_back_as_what_was_hashed() -> None:
    audit.write(actor="rules", kind="x", case_pk=5, odd={2: (2, 3), 10: 1}, none=None)

    # Numbers are in another order than the texts they are kept as.
    assert AuditEvent.objects.get(shard=5).data == {"odd": {"10": 1, "2": [2, 3]}, "none": None}
    assert faults() == []


def test_a_number_that_json_does_not_know_is_not_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        audit.write(actor="rules", kind="x", case_pk=5, odd=float("nan"))


def test_text_that_cannot_be_read_is_a_fault_of_its_chain(monkeypatch) -> None:
    events_of = Log.events

    def events(self: Log, shard: int, *bounds: int) -> Iterator[Row]:
        found = events_of(self, shard, *bounds)
        yield from islice(found, 2 if shard == 2 else None)
        if shard == 2:
            raise sqlite3.OperationalError("Could not decode to UTF-8 column")

    monkeypatch.setattr(Log, "events", events)

    (fault,) = faults()

    assert fault.startswith("In chain 2, nothing can be read beyond event 2")


@pytest.mark.django_db(transaction=True)
def test_several_processes_read_the_same_as_one(emptied_afterwards) -> None:
    whole = audit_verifying.verify(processes=2)
    AuditHead.objects.filter(shard=9).update(last_seq=EACH + 1)

    broken = audit_verifying.verify(processes=2)

    assert (whole.events, whole.faults) == (3 * EACH, [])
    assert broken.faults == audit_verifying.verify(processes=1).faults
    assert len(broken.faults) == 1


@pytest.mark.django_db(transaction=True)
def test_a_log_that_grows_while_it_is_read_is_whole(emptied_afterwards, monkeypatch) -> None:
    head_of = Log.head

    def head(self: Log, shard: int) -> tuple[int, str] | None:
        found = head_of(self, shard)
        fill(chains=(shard,), each=1)
        return found

    monkeypatch.setattr(Log, "head", head)

    assert audit_verifying.verify(processes=1).faults == []
