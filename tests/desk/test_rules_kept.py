"""Sets of rules: kept once and whole, never changed, and followed by every process."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from forum.models import Post
from moderation import risk, rules_in_force, rules_kept
from moderation.models import AuditEvent, ChangeKind, ChangeState, RuleChange, RuleSet, RuleText, Signal
from moderation.risk import checking
from moderation.tending import tend
from tests.conftest import make_post
from tests.desk.lab import candidate, put_in_force
from tests.rule_files import FEW, LAMP, a_rule_more, few_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lab")]


def down(execute, sql, params, many, context):
    raise OperationalError("gone")


def test_the_rules_of_the_program_are_a_set_like_any_other_and_in_force() -> None:
    tend()
    tend(now=timezone.now() + timedelta(hours=2))

    kept = RuleSet.objects.get()
    assert RuleChange.objects.in_force().get().rule_set == kept
    assert rules_kept.files_of(kept) == FEW
    assert kept.version == risk.assess("hello").version


def test_the_hash_is_over_all_that_decides() -> None:
    kept = rules_kept.keep_shipped()
    content = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in FEW.items()}
    line = json.dumps([content, rules_kept.parts()], sort_keys=True, separators=(",", ":"))

    assert kept.hash == hashlib.sha256(line.encode()).hexdigest()
    assert {"model.npz", "en.toml", "ordinary_words.txt", "decision_table.toml"} <= kept.parts.keys()


def test_the_same_content_is_kept_once_whoever_sends_it(maren) -> None:
    first, again = candidate(), candidate()
    other = candidate("lamp went (out|off)")

    assert first == again
    assert other.hash != first.hash
    assert AuditEvent.objects.filter(kind="rules.kept", data__rules=first.hash).count() == 1


@pytest.mark.parametrize("model", [RuleSet, RuleText])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_what_once_was_kept(model, act) -> None:
    candidate()
    rows = model.objects.all()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(**{"note" if model is RuleSet else "text": "other"}) if act == "update" else rows.delete()


@pytest.mark.parametrize("damage", ["text", "list"])
def test_what_is_not_what_was_kept_never_judges(damage) -> None:
    kept = candidate()
    if damage == "text":
        spoiled = RuleText.objects.create(digest="0" * 64, text="rule = []")
        files = {**kept.files, "distress.toml": spoiled.digest}
    else:
        files = {name: digest for name, digest in kept.files.items() if name != "voices_senses.toml"}
    forged = RuleSet.objects.create(hash="f" * 64, files=files, parts=kept.parts, version="forged")

    with pytest.raises(rules_kept.NotUsable):
        rules_kept.judge_of(forged)


def test_a_set_that_cannot_be_used_leaves_nothing_behind(tmp_path) -> None:
    rules_kept.keep_shipped()
    before = RuleSet.objects.count(), RuleText.objects.count(), AuditEvent.objects.count()

    with pytest.raises(rules_kept.NotUsable, match=r"distress\.toml, line \d+: .*open or empty group"):
        candidate("lamp (went out")

    assert (RuleSet.objects.count(), RuleText.objects.count(), AuditEvent.objects.count()) == before


def test_a_folder_is_added_from_the_command_line(tmp_path, capsys) -> None:
    for name, text in few_with(distress=a_rule_more()).items():
        (tmp_path / name).write_text(text)

    call_command("rules", "add", str(tmp_path), "--note", "For the lamp.")
    call_command("rules", "list")

    kept = RuleSet.objects.get(note="For the lamp.")
    listed = capsys.readouterr().out
    assert kept.hash in listed
    assert "in force" in listed
    assert kept == candidate()


def test_a_folder_that_cannot_be_used_is_refused_with_its_file_and_line(tmp_path) -> None:
    for name, text in few_with(distress=a_rule_more("lamp (went")).items():
        (tmp_path / name).write_text(text)

    with pytest.raises(CommandError, match=r"distress\.toml, line \d+"):
        call_command("rules", "add", str(tmp_path), "--note", "x")


def test_posts_are_judged_by_what_is_in_force_and_say_so(maren, sorrel, ash, room) -> None:
    before = make_post(ash, room, LAMP)
    put_in_force(candidate(), maren, sorrel)

    after = make_post(ash, room, f"{LAMP} Again.")

    assert before.judged_by != after.judged_by
    assert after.judged_by == RuleChange.objects.in_force().get().rule_set.version
    assert Signal.objects.get(subject=f"post:{after.pk}").rule == "distress.lab"
    assert not Signal.objects.filter(subject=f"post:{before.pk}").exists()


def test_looking_costs_nothing_between_and_one_query_every_few_seconds(monkeypatch, django_assert_num_queries) -> None:
    monkeypatch.setattr(rules_in_force, "LOOK_EVERY", 3600)

    with django_assert_num_queries(1):
        rules_in_force.keep_up()
    with django_assert_num_queries(0):
        rules_in_force.keep_up()


def test_without_a_database_the_rules_stay_as_they_are(maren, sorrel) -> None:
    put_in_force(candidate(), maren, sorrel)
    rules_in_force.keep_up()
    version = risk.assess(LAMP).version

    with connection.execute_wrapper(down):
        rules_in_force.keep_up()

    assert risk.assess(LAMP).version == version


def test_a_set_that_does_not_load_never_silences_and_is_said(client, monkeypatch, maren, sorrel, ash, room) -> None:
    put_in_force(candidate(), maren, sorrel)
    monkeypatch.setattr(rules_kept, "parts", lambda: {**checking.program_parts(), "decision_table.toml": "0" * 64})

    post = make_post(ash, room, "I feel so hopeless and empty these days")
    said = client.get("/readyz").json()["rules"]

    assert post.judged_by == risk.shipped().version
    assert Signal.objects.filter(subject=f"post:{post.pk}").exists()
    assert "cannot be used" in said
    assert "hopeless" not in said


def test_an_update_of_the_program_is_followed_where_nobody_chose(monkeypatch) -> None:
    first = rules_kept.keep_shipped()
    monkeypatch.setattr(rules_kept, "shipped_files", lambda: few_with(distress=a_rule_more()))
    rules_kept.shipped_hash.cache_clear()

    second = rules_kept.keep_shipped()

    assert first != second
    assert RuleChange.objects.in_force().get().rule_set == second
    assert RuleChange.objects.filter(kind=ChangeKind.SHIPPED, state=ChangeState.ENDED).get().rule_set == first


def test_an_update_of_the_program_changes_nothing_that_people_chose(monkeypatch, maren, sorrel) -> None:
    chosen = candidate()
    put_in_force(chosen, maren, sorrel)
    monkeypatch.setattr(rules_kept, "shipped_files", lambda: few_with(distress=a_rule_more("lamp is .. broken")))
    rules_kept.shipped_hash.cache_clear()

    rules_kept.keep_shipped()

    assert RuleChange.objects.in_force().get().rule_set == chosen


def test_no_post_is_without_the_name_of_its_rules(ash, room) -> None:
    post = make_post(ash, room, LAMP)

    assert Post.objects.get(pk=post.pk).judged_by == risk.in_use().version
