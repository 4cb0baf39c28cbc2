"""What only heads that were kept elsewhere can show: an end cut off with its head, and a chain written anew."""

import json

import pytest

from moderation.audit_files import read_heads
from moderation.models import AuditHead
from tests.desk.filled_log import EACH, chain, export, faults, fill, rewrite, run, tampering

pytestmark = pytest.mark.django_db
EVENTS = range(1, EACH + 1)


@pytest.fixture(autouse=True)
def filled(db) -> None:
    fill()


@pytest.mark.parametrize("left", range(EACH))
def test_an_end_cut_off_together_with_its_head_is_found_by_exported_heads(tmp_path, left) -> None:
    kept = read_heads(export(tmp_path / "heads"))
    with tampering():
        chain().filter(seq__gt=left).delete()
        rewrite(2, left)
        if not left:
            AuditHead.objects.filter(shard=2).delete()

        unaided, aided = faults(), faults(exported=kept)

    assert unaided == []
    (fault,) = aided
    assert fault.startswith(f"In chain 2, event {EACH} is gone")


def test_a_chain_that_was_written_anew_is_found_by_exported_heads(tmp_path) -> None:
    kept = read_heads(export(tmp_path / "heads"))
    with tampering():
        chain().filter(seq=2).update(actor="nobody")
        rewrite(2, 1)

        unaided, aided = faults(), faults(exported=kept)

    assert unaided == []
    (fault,) = aided
    assert fault.startswith(f"In chain 2, event {EACH} is another than the one exported at")


def test_a_log_that_grew_since_its_heads_were_exported_is_whole(tmp_path) -> None:
    heads = export(tmp_path / "heads")
    fill(chains=(2, 5))

    assert run("verify", "--heads", str(heads)) == (0, [f"The log is whole: {5 * EACH} events in 4 chains."])


def test_exported_heads_are_for_their_owner_alone_and_never_written_over(tmp_path) -> None:
    heads = export(tmp_path / "heads")
    before = heads.read_text()

    code, said = run("heads", "--to", str(heads))

    assert code == 1
    assert "File exists" in said[-1]
    assert heads.read_text() == before
    assert heads.stat().st_mode & 0o777 == 0o600
    rows = json.loads(before)
    assert [set(row) for row in rows] == [{"shard", "last_seq", "last_hash", "time"}] * 16
    assert (rows[2]["last_seq"], rows[2]["last_hash"]) == (EACH, chain().last().hash)
    assert rows[5]["last_seq"] == 0


@pytest.mark.parametrize(
    "broken", ["", "[]", "{", '[{"shard": 0}]', '[{"shard":0,"last_seq":0,"last_hash":"","time":""}]']
)
def test_a_file_that_holds_no_heads_is_said_to_be_none(tmp_path, broken) -> None:
    path = tmp_path / "heads"
    path.write_text(broken)

    code, said = run("verify", "--heads", str(path))

    assert code == 1
    assert str(path) in said[-1]
