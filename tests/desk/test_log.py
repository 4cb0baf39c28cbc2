"""The log: nothing in it can be changed unnoticed, and nothing in it tells what was written or by whom."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from moderation import audit, triggers
from moderation.models import AuditEvent, AuditHead
from tests.desk.staff import CRY, cry, decision, sit_down, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(robin, ash, thread):
    """A case with everything done to it: opened, claimed, revealed, decided, undone."""
    post, case = cry(ash, thread)
    browser = sit_down(robin)
    page = take(browser, case, reveal=True)
    browser.post(f"{case.get_absolute_url()}decide", decision(page))
    browser.post(f"{case.get_absolute_url()}undo", {"decision": str(case.decisions.get().pk)})
    return post, case


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE moderation_auditevent SET actor = 'nobody'",
        "DELETE FROM moderation_auditevent",
        "TRUNCATE moderation_auditevent",  # SQLite knows no such statement, and Postgres needs a guard of its own
    ],
)
def test_the_database_refuses_to_change_the_log(worked, change) -> None:
    before = list(AuditEvent.objects.values_list("hash", flat=True))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert list(AuditEvent.objects.values_list("hash", flat=True)) == before


def test_every_step_is_logged_in_order_and_the_chain_is_whole(worked) -> None:
    _, case = worked

    kinds = list(AuditEvent.objects.filter(case_ref=case.public_id).order_by("id").values_list("kind", flat=True))

    assert kinds == ["case.opened", "case.claimed", "case.revealed", "case.decided", "decision.undone"]
    assert audit.first_fault() == ""


@pytest.mark.parametrize("where", ["first", "last"])
@pytest.mark.parametrize("what", ["changed", "gone"])
def test_rewriting_the_log_is_noticed(worked, where, what) -> None:
    triggers.lift()
    rows = AuditEvent.objects.order_by("id" if where == "first" else "-id")
    chosen = AuditEvent.objects.filter(pk=rows[0].pk)

    if what == "changed":
        chosen.update(actor="nobody")
    else:
        chosen.delete()

    assert "chain" in audit.first_fault()
    triggers.install()


def test_cutting_off_the_end_with_its_head_is_noticed_by_the_guards_that_stand(worked) -> None:
    assert triggers.missing() == []


def test_the_log_holds_no_words_and_no_peer(worked, ash) -> None:
    post, _ = worked
    kept = json.dumps(list(AuditEvent.objects.values("actor", "kind", "case_ref", "data")))

    assert CRY not in kept
    assert "Thank you for saying it here" not in kept
    assert str(ash.pk) not in kept
    assert post.persona.name not in kept
    assert AuditHead.objects.exists()
