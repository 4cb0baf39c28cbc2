"""The oldest part of the log leaves it by two people, whole and sealed, or it stays."""

import getpass
import json
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from moderation import audit, audit_archiving, audit_files, triggers
from moderation.audit_archiving import NotArchived, Plan
from moderation.audit_chain import Seal
from moderation.models import AuditEvent, AuditSeal, Moderator, Role
from tests.conftest import make_moderator
from tests.desk.filled_log import (
    CHAINS,
    EACH,
    LONG_AGO,
    YOUNG,
    archived,
    chain,
    codes,
    everything,
    faults,
    fill,
    planned,
    run,
    two_leads_and_a_log,
    words,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def filled(request, db) -> None:
    if "emptied_afterwards" in request.fixturenames:
        request.getfixturevalue("emptied_afterwards")
    two_leads_and_a_log()


def test_what_is_archived_is_in_the_file_and_no_longer_in_the_log(tmp_path) -> None:
    before = {each.hash for each in AuditEvent.objects.filter(at__year=2020)}

    file = archived(tmp_path / "old")

    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {line["hash"] for line in lines} == before
    assert len(lines) == len(CHAINS) * EACH
    assert file.stat().st_mode & 0o777 == 0o600
    assert not AuditEvent.objects.filter(at__year=2020).exists()
    assert AuditEvent.objects.exclude(kind="audit.archived").count() == len(CHAINS) * YOUNG
    assert run("verify", "--archive", str(file))[0] == 0
    assert triggers.missing() == []


def test_each_chain_has_its_seal_and_tells_of_it(tmp_path) -> None:
    archived(tmp_path / "old")

    seals = list(AuditSeal.objects.order_by("shard"))
    told = AuditEvent.objects.filter(kind="audit.archived").order_by("shard")
    assert [(each.shard, each.first_seq, each.last_seq) for each in seals] == [(shard, 1, EACH) for shard in CHAINS]
    assert {(each.actor, each.second) for each in seals} == {("robin", "wren")}
    assert {each.file_sha256 for each in seals} == {audit_files.sha256_of(tmp_path / "old")}
    assert [(each.shard, each.actor, each.data["second"]) for each in told] == [(n, "robin", "wren") for n in CHAINS]


def test_only_the_beginning_of_a_chain_goes_and_what_stands_behind_a_younger_event_stays(tmp_path) -> None:
    fill(at=LONG_AGO + timedelta(days=1), chains=(2, 5))

    archived(tmp_path / "old")

    assert list(chain(2).values_list("seq", flat=True)[:1]) == [EACH + 1]
    assert chain(2).filter(at__year=2020).count() == EACH
    assert not chain(5).filter(at__year=2020).exists()
    assert faults() == []


@pytest.mark.parametrize("days", [0, 200, 365])
def test_nothing_of_the_last_twelve_months_is_archived(tmp_path, days) -> None:
    fill(at=timezone.now() - timedelta(days=days))
    before = everything()

    code, said = run(*words(tmp_path / "old", before=str(timezone.now().date() - timedelta(days=days))))

    assert code == 1
    assert said[-1].startswith("Events of the last 12 months stay in the log")
    assert everything() == before
    assert not (tmp_path / "old").exists()


# --- two people --------------------------------------------------------------------------------------------------


def nobody_is_asked(*_: object) -> str:
    raise AssertionError("a code was asked for")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"second": "robin"}, "The second person must be someone else than the first."),
        ({"second": "sky"}, "sky is not an active lead or admin here."),
        ({"by": "river"}, "river is not an active lead or admin here."),
        ({"second": "lark"}, "lark is not an active lead or admin here."),
        ({"second": "maren"}, "maren is not an active lead or admin here."),
    ],
)
def test_who_may_not_do_it_is_refused_before_any_code(tmp_path, monkeypatch, changed, sentence) -> None:
    make_moderator("river", "River", Role.MODERATOR)
    make_moderator("lark", "Lark", Role.HOST)
    make_moderator("maren", "Maren", Role.ADMIN)
    Moderator.objects.filter(username="maren").update(is_active=False)
    monkeypatch.setattr(getpass, "getpass", nobody_is_asked)
    before = everything()

    assert run(*words(tmp_path / "old", **changed)) == (1, [sentence])
    assert everything() == before
    assert not (tmp_path / "old").exists()


@pytest.mark.parametrize("away", [{"is_active": False}, {"role": Role.MODERATOR}])
def test_a_team_of_one_lead_archives_nothing(tmp_path, monkeypatch, away) -> None:
    Moderator.objects.filter(username="wren").update(**away)
    monkeypatch.setattr(getpass, "getpass", nobody_is_asked)
    before = everything()

    code, said = run(*words(tmp_path / "old"))

    assert code == 1
    assert said == [
        "This needs two leads or admins, and there are not two here. The log stays as it is until there are."
    ]
    assert everything() == before


@pytest.mark.parametrize("wrong", ["--code", "--second-code"])
@pytest.mark.parametrize("given", ["123456", "", "the other one's"])
def test_without_both_codes_nothing_happens(tmp_path, monkeypatch, wrong, given) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda *_: "")
    right = dict(zip(*[iter(codes())] * 2, strict=True))
    other = next(value for name, value in right.items() if name != wrong)
    right[wrong] = other if given.startswith("the") else given
    before = everything()

    code, said = run(*words(tmp_path / "old"), *(part for pair in right.items() for part in pair))

    assert code == 1
    assert f"That was not {'robin' if wrong == '--code' else 'wren'}'s code" in said[-1]
    assert everything() == before
    assert not (tmp_path / "old").exists()


def test_a_code_counts_once(tmp_path) -> None:
    both = codes()
    run(*words(tmp_path / "none"), "--code", both[1], "--second-code", "000000")

    code, said = run(*words(tmp_path / "old"), *both)

    assert code == 1
    assert "That was not robin's code" in said[-1]


def test_codes_are_asked_for_on_the_terminal(tmp_path, monkeypatch) -> None:
    both = codes()
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return both[1] if "robin" in prompt else both[3]

    monkeypatch.setattr(getpass, "getpass", ask)

    assert run(*words(tmp_path / "old"))[0] == 0
    assert asked == ["One-time code of robin: ", "One-time code of wren: "]


# --- all or nothing ----------------------------------------------------------------------------------------------


def test_a_file_that_is_there_is_never_written_over(tmp_path) -> None:
    (tmp_path / "old").write_text("mine")
    before = everything()

    code, said = run(*words(tmp_path / "old"), *codes())

    assert (code, said[-1]) == (1, f"{tmp_path / 'old'} must be a new file in a folder that is there.")
    assert (tmp_path / "old").read_text() == "mine"
    assert everything() == before


def test_a_file_that_came_in_the_meantime_is_not_written_over(tmp_path) -> None:
    plan = planned(tmp_path / "old")
    (tmp_path / "old").write_text("mine")
    before, both = everything(), codes()

    with pytest.raises(NotArchived):
        audit_archiving.archive(plan, code=both[1], second_code=both[3])

    assert (tmp_path / "old").read_text() == "mine"
    assert everything() == before


def test_a_log_that_does_not_add_up_is_not_archived(tmp_path) -> None:
    with transaction.atomic():
        triggers.lift()
        AuditEvent.objects.filter(shard=9, seq=EACH + YOUNG).update(actor="nobody")
        before = everything()

        code, said = run(*words(tmp_path / "old"), *codes())

        assert (code, said[-1][:43]) == (1, "The log does not add up (1 faults, see `aud")
        assert everything() == before
        assert not (tmp_path / "old").exists()


def test_what_does_not_read_back_as_it_was_written_is_not_dropped(tmp_path, monkeypatch) -> None:
    as_it_is = audit_files.write_events

    def half(file, shard, events) -> None:
        as_it_is(file, shard, list(events)[:-1])

    monkeypatch.setattr(audit_files, "write_events", half)
    before = everything()

    code, said = run(*words(tmp_path / "old"), *codes())

    assert code == 1
    assert "does not read back as it was written" in said[-1]
    assert everything() == before


def test_two_who_archive_the_same_part_drop_it_once(tmp_path) -> None:
    one, other = (planned(tmp_path / name) for name in ("one", "other"))
    both = codes()
    audit_archiving.archive(one, code=both[1], second_code=both[3])
    before, both = everything(), codes()

    with pytest.raises(NotArchived):
        audit_archiving.archive(other, code=both[1], second_code=both[3])

    assert everything() == before
    assert faults() == []


def test_who_comes_second_once_their_file_is_written_is_told_so(tmp_path, monkeypatch) -> None:
    as_it_is = audit_archiving._written
    mine, both = planned(tmp_path / "mine"), codes()

    def slowly(plan: Plan) -> tuple[Seal, ...]:
        seals = as_it_is(plan)
        monkeypatch.setattr(audit_archiving, "_written", as_it_is)
        archived(tmp_path / "quicker")
        return seals

    monkeypatch.setattr(audit_archiving, "_written", slowly)

    with pytest.raises(NotArchived, match="archived by someone else in the meantime"):
        audit_archiving.archive(mine, code=both[1], second_code=both[3])

    assert {each.file_sha256 for each in AuditSeal.objects.all()} == {audit_files.sha256_of(tmp_path / "quicker")}
    assert faults() == []


@pytest.mark.parametrize("step", ["_drop", "audit.write", "AuditSeal.objects.bulk_create"])
@pytest.mark.django_db(transaction=True)
def test_a_failure_in_the_middle_leaves_events_and_guards_as_they_were(
    emptied_afterwards, tmp_path, monkeypatch, step
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    before = everything()
    both = codes()
    with monkeypatch.context() as broken:
        broken.setattr(f"moderation.audit_archiving.{step}", fails)

        with pytest.raises(ZeroDivisionError):
            run(*words(tmp_path / "old"), *both)

    assert triggers.missing() == []
    assert everything() == before
    assert faults() == []
    assert run(*words(tmp_path / "again"), *codes())[0] == 0
    assert triggers.missing() == []


@pytest.mark.django_db(transaction=True)
def test_the_desk_goes_on_writing_while_the_log_is_archived(emptied_afterwards, tmp_path) -> None:
    failed: list[DatabaseError] = []
    over = threading.Event()

    def work() -> None:
        try:
            while not over.wait(0.01):
                with transaction.atomic():
                    for shard in (9, 2):  # two chains in one transaction, not in the order of their numbers
                        audit.write(actor="rules", kind="case.joined", case_pk=shard)
        except DatabaseError as problem:
            failed.append(problem)
        finally:
            connections.close_all()

    desk = threading.Thread(target=work)
    desk.start()
    code, said = run(*words(tmp_path / "old"), *codes())
    over.set()
    desk.join(60)

    assert (code, failed) == (0, []), said
    assert faults() == []
