"""What was archived is proved by its seal, and the seal by the log: none of the three can be changed alone."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from moderation.models import AuditEvent, AuditSeal
from tests.desk.filled_log import (
    CHAINS,
    EACH,
    LONG_AGO,
    YOUNG,
    archived,
    chain,
    export,
    faults,
    rewrite,
    run,
    tampering,
    two_leads_and_a_log,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def filled(db) -> None:
    two_leads_and_a_log()


def test_archives_follow_one_another(tmp_path) -> None:
    first = archived(tmp_path / "first")
    heads = export(tmp_path / "heads")
    later = timezone.now() + timedelta(days=3 * 365)
    with time_machine.travel(later, tick=True):
        second = archived(tmp_path / "second", before=str(later.date() - timedelta(days=2 * 365)))

        ends = [run("verify", "--archive", str(file), "--heads", str(heads)) for file in (first, second)]

    assert [code for code, _ in ends] == [0, 0]
    assert [(each.first_seq, each.last_seq) for each in AuditSeal.objects.filter(shard=2).order_by("first_seq")] == [
        (1, EACH),
        (EACH + 1, EACH + YOUNG + 1),
    ]


def lines_of(file: Path) -> list[str]:
    return file.read_text().splitlines(keepends=True)


FORGERIES = {
    "a changed word": lambda lines: [lines[0].replace("case.decided", "case.deleted"), *lines[1:]],
    "a changed number": lambda lines: [lines[0].replace('"level": 0', '"level": 3'), *lines[1:]],
    "a missing beginning": lambda lines: lines[1:],
    "a missing middle": lambda lines: lines[:2] + lines[3:],
    "a missing end": lambda lines: lines[:-1],
    "a missing chain": lambda lines: [line for line in lines if '"shard": 2' not in line],
    "two lines in other places": lambda lines: [lines[1], lines[0], *lines[2:]],
    "a line twice": lambda lines: [lines[0], *lines],
    "half a line": lambda lines: [*lines[:-1], lines[-1][:40]],
    "another chain": lambda lines: [*lines, lines[-1].replace('"shard": 9', '"shard": 11')],
    "other blanks": lambda lines: [lines[0].replace(": ", ":"), *lines[1:]],
    "nothing": lambda lines: lines[:0],
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_file_that_is_not_the_sealed_one_is_found(tmp_path, how) -> None:
    file = archived(tmp_path / "old")
    forged = tmp_path / "forged"
    forged.write_text("".join(FORGERIES[how](lines_of(file))))

    code, said = run("verify", "--archive", str(forged))

    assert code == 1
    assert f"{forged} is not, byte for byte, a file that was sealed." in said
    assert len(said) > 2 or how in {"other blanks", "nothing"}
    assert how != "half a line" or f"{forged} holds no event in line {len(CHAINS) * EACH}" in "".join(said)


COLUMNS = {
    "shard": 3,
    "first_seq": 2,
    "last_seq": EACH + 1,
    "last_hash": "e" * 64,
    "file_sha256": "e" * 64,
    "actor": "nobody",
    "second": "nobody",
    "at": LONG_AGO,
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_seal_is_found(tmp_path, column) -> None:
    file = archived(tmp_path / "old")
    with tampering():
        AuditSeal.objects.filter(shard=2).update(**{column: COLUMNS[column]})

        alone, (code, _) = faults(), run("verify", "--archive", str(file))

    assert {field.attname for field in AuditSeal._meta.concrete_fields} == {"id", *COLUMNS}
    assert any("In chain 2," in fault for fault in alone)
    assert code == 1


@pytest.mark.parametrize("restored", [True, False])
def test_a_seal_that_was_deleted_is_found(tmp_path, restored) -> None:
    rows = list(chain().filter(seq__lte=EACH))
    archived(tmp_path / "old")
    with tampering():
        AuditSeal.objects.filter(shard=2).delete()
        if restored:
            AuditEvent.objects.bulk_create(rows)

        found = faults()

    assert any("an event tells of a seal that is not there" in fault for fault in found)


def test_a_beginning_that_was_dropped_under_a_forged_seal_is_found() -> None:
    with tampering():
        last = chain().get(seq=3)
        chain().filter(seq__lte=3).delete()
        people = {"actor": "robin", "second": "wren", "file_sha256": "b" * 64, "at": timezone.now()}
        AuditSeal.objects.create(shard=2, first_seq=1, last_seq=3, last_hash=last.hash, **people)

        assert faults() == ["In chain 2, the seal of events 1 to 3 is one that no event tells of."]


def test_a_seal_of_an_archive_that_was_archived_itself_is_compared_with_the_file(tmp_path) -> None:
    archived(tmp_path / "first")
    later = timezone.now() + timedelta(days=3 * 365)
    with time_machine.travel(later, tick=True):
        second = archived(tmp_path / "second", before=str(later.date() - timedelta(days=2 * 365)))
    with tampering():
        AuditSeal.objects.filter(shard=2, first_seq=1).update(second="nobody")

        code, said = run("verify", "--archive", str(second))

    assert code == 1
    assert "In chain 2, an archived event tells of a seal that is not there as it was made." in said


@pytest.mark.parametrize("which", ["inside", "last"])
def test_an_exported_head_may_lie_in_a_sealed_archive(tmp_path, which) -> None:
    with tampering():
        chain().filter(seq__gt=EACH if which == "last" else 3).delete()
        rewrite(2, EACH if which == "last" else 3)
        heads = export(tmp_path / "heads")
    file = archived(tmp_path / "old")

    whole = run("verify", "--heads", str(heads), "--archive", str(file))
    rows = json.loads(heads.read_text())
    (tmp_path / "other").write_text(json.dumps([{**row, "last_hash": "e" * 64} for row in rows]))
    other = run("verify", "--heads", str(tmp_path / "other"), "--archive", str(file))

    assert whole[0] == 0
    assert other[0] == 1
    assert any(fault.startswith("In chain 2, event") and "exported" in fault for fault in other[1])
