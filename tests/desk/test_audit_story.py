"""A whole story of the desk, told once: its log holds no words and no person, and stays whole when they leave."""

import ast
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from forum.models import Post, Visibility
from forum.posting import edit_post
from moderation import following_up
from moderation.desk_words import LOG
from moderation.escalating import due_steps, take_step
from moderation.holding import due_holds, end_hold
from moderation.models import AuditEvent, Case, Decision, FollowUp, Moderator, Outreach, Role, Statement
from moderation.reporting import file_report
from peers.leaving import Way, leave
from peers.models import Persona
from tests.conftest import draft, make_moderator
from tests.desk.filled_log import faults, run
from tests.desk.staff import Browser, code_of, cry, decision, field, sit_down, take

pytestmark = pytest.mark.django_db
SOURCE = Path(__file__).parents[2] / "moderation"
# Words that stand nowhere else, so that finding one is finding them.
CRY = "I am going to end my life tonight, wrote Quillfeather"
EDIT = "I want to be dead, said Marrowbell again"
CALM = "The tea was good, and so was Foxglove"
NOTE = "I am worried about Thistledown"
LETTER = "Dear Ash, I read what you wrote of Quillfeather. I am here."
ANSWER = "Thank you, I slept. What of Lanternfish?"
TOLD = "I have read this, and it stays. Thank you, Quillfeather."
NO_EVENT = {"call.help", "human.lowered", "decision_table.toml"}  # names of rules, of a file
# Told by the tests of that part, which look for words and people there.
TOLD_ELSEWHERE = {
    "case.covered",
    "case.handed_over",
    "case.lapsed",
    "linking.confirmed",
    "linking.refused",
    "linking.requested",
    "linking.shown",
    "live.asked",
    "live.noted",
    "mode.changed",
    "mode.unattended",
    "review.answered",
    "review.drawn",
    "review.revealed",
    "rota.dropped",
    "rota.planned",
    "rules.approved",
    "rules.asked",
    "rules.confirmed",
    "rules.dropped",
    "rules.kept",
    "rules.replay_asked",
    "rules.rolled_back",
    "rules.shadow_began",
    "rules.shadow_ended",
    "rules.shipped",
    "rules.words_revealed",
    "staff.deactivated",
    "staff.reactivated",
    "staff.role",
    "thread.kept",
    "thread.moved",
    "words.erased",
}
MARKS = ("quillfeather", "marrowbell", "thistledown", "lanternfish", "foxglove", "life", "dear", "slept", "thank")


@pytest.fixture
def story(robin, wren, ash, blue, thread):
    """Everything that can be done to a case."""
    Moderator.objects.update(role=Role.LEAD)
    at_robins = sit_down(robin)
    tell_of_a_case(at_robins, ash, thread)
    tell_of_two(at_robins, sit_down(wren), blue, thread)
    tell_of_asking_again(ash)
    let_time_pass(blue, thread)
    return ash, blue


@pytest.fixture
def told(story, robin, wren, tmp_path) -> list[dict[str, Any]]:
    """Every event of the story, those that are archived by now, too."""
    archive(robin, wren, tmp_path / "old")
    old = [json.loads(line) for line in (tmp_path / "old").read_text().splitlines()]
    return [*old, *AuditEvent.objects.values("shard", "seq", "actor", "kind", "case_ref", "data")]


def tell_of_a_case(browser: Browser, ash, thread) -> None:
    post, case = cry(ash, thread, CRY)
    file_report(post=post, reason="worried", note=NOTE)
    edit_post(peer=ash, post=post, draft=draft(EDIT))
    edit_post(peer=ash, post=Post.objects.get(pk=post.pk), draft=draft(CALM))
    take(browser, case, reveal=True)
    address = case.get_absolute_url()
    browser.post(f"{address}message", {"body": LETTER, "client_id": "one"})
    page = browser.read(address)
    browser.post(f"{address}decide", decision(page, body=TOLD))
    browser.post(f"{address}undo", {"decision": str(Decision.objects.get().pk)})
    page = take(browser, case)
    browser.post(f"{address}decide", decision(page, body=TOLD))
    talk = Outreach.objects.get().get_absolute_url()
    Browser(ash).post(talk, {"body": ANSWER})
    page = take(browser, case)
    browser.post(f"{address}close", {name: field(page, name) for name in ("token", "version")})
    Browser(ash).post(talk, {"body": CRY})


def let_time_pass(blue, thread) -> None:
    """A held post that nobody looks at: it escalates, and goes up at its deadline."""
    post, case = cry(blue, thread, CRY)
    Case.objects.filter(pk=case.pk).update(categories=["method"])
    held = {"visibility": Visibility.HELD, "hold_until": timezone.now(), "reason_key": "method"}
    Post.objects.filter(pk=post.pk).update(**held)
    later = timezone.now() + timedelta(hours=9)
    for step in due_steps(later):
        take_step(step, now=later)
    for pk in due_holds(later):
        end_hold(pk, now=later)


def tell_of_two(robin: Browser, wren: Browser, blue, thread) -> None:
    """What needs another person: declined, agreed to, appealed, complained about; and a level lowered by a human."""
    post, case = cry(blue, thread, CRY)
    address = case.get_absolute_url()
    page = take(robin, case)
    seen = {name: field(page, name) for name in ("token", "version")}
    robin.post(f"{address}lower", {**seen, "level": "2", "body": "Calmer than it reads"})
    for agrees in ("no", "yes"):
        page = take(robin, case)
        robin.post(f"{address}decide", decision(page, action="remove", measure="ban", body=TOLD))
        page = take(wren, case)
        wren.post(f"{address}second", {**{n: field(page, n) for n in ("token", "version")}, "agrees": agrees})
    statement = Statement.objects.in_force().filter(decision__isnull=False).order_by("-pk")[0]
    Browser().post(statement.get_absolute_url(), {"body": NOTE})
    Browser().post("/complain", {"body": NOTE, "about": "Robin"})
    heron = sit_down(make_moderator("heron", "Heron", Role.LEAD))  # Wren agreed to it, so another answers
    for subject, form in (("appeal", {"outcome": "upheld"}), ("complaint", {})):
        other = Case.objects.open().get(subject__startswith=subject)
        page = take(heron, other, reveal=True)
        seen = {name: field(page, name) for name in ("token", "version")}
        heron.post(f"{other.get_absolute_url()}{subject}", {**seen, **form, "body": TOLD})
    assert post.cases.exists()


def tell_of_asking_again(ash) -> None:
    """A day after a crisis its author says how it is."""
    case = Case.objects.filter(peer=ash).order_by("pk")[0]
    following_up.plan(case=case)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        asked = FollowUp.objects.asking(ash)[0]
        following_up.tell_feeling(public_id=asked.public_id, peer=ash, feeling="worse")


def archive(robin, wren, to: Path) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=True):
        before = str(timezone.now().date() - timedelta(days=370))
        codes = ("--code", code_of(robin), "--second-code", code_of(wren))
        people = ("--by", "robin", "--second", "wren")
        code, said = run("archive", "--before", before, "--to", str(to), *people, *codes)
    assert code == 0, said


def kinds_in_the_code() -> set[str]:
    """Every text of the form `case.opened` in a module that writes to the log."""
    found = {"audit.archived"}
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        if re.search(r"\baudit\.write\(|\b_?log\(", text) and path.name != "audit_archiving.py":
            texts = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
            found.update(each for each in texts if isinstance(each, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", each))
    return found - NO_EVENT


def test_the_story_tells_every_kind_of_event_there_is(told) -> None:
    assert {event["kind"] for event in told} == kinds_in_the_code() - TOLD_ELSEWHERE


def test_every_kind_of_event_has_words_for_the_desk() -> None:
    assert kinds_in_the_code() <= set(LOG)


def test_no_event_holds_words_or_a_person(story, told) -> None:
    names = [name.casefold() for name in Persona.objects.values_list("name", flat=True)]
    kept = [text for event in told for text in texts_of(event)]

    assert len(told) > 15
    assert len(names) > 1
    assert not [text for text in kept for mark in (*MARKS, *names) if mark in text.casefold()]
    assert not {mark for peer in story for mark in (str(peer.pk), peer.pk.hex)} & set(kept)
    # What stands there is a word of a closed set, a number, a username, a public id or a hash: never a sentence.
    assert not [text for text in kept if not re.fullmatch(r"[\w.:+-]{0,64}", text)]


def texts_of(value) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.items() for part in each for text in texts_of(part)]
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    return [str(value)]


@pytest.mark.parametrize("way", list(Way))
def test_a_person_s_words_are_erased_and_the_log_stays_whole(story, robin, wren, tmp_path, way) -> None:
    before = list(AuditEvent.objects.order_by("pk").values())

    for peer in story:
        leave(peer=peer, way=way)

    assert list(AuditEvent.objects.order_by("pk").values()) == before
    assert len(before) > 15
    assert faults() == []
    archive(robin, wren, tmp_path / "old")
    assert run("verify", "--archive", str(tmp_path / "old"))[0] == 0
