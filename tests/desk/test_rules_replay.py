"""Replay: what a candidate would have flagged of what came, counted fairly, with no words kept."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from forum.models import Post
from forum.posting import submit_post, withdraw
from moderation import rules_kept, rules_replay, rules_working
from moderation.models import AuditEvent, Case, Decision, Outbox, Replay, ReplayState, Signal
from moderation.rules_comparing import Compared, Portion, Verdict
from moderation.rules_figures import Share, was_right, wilson
from moderation.rules_posts import words_of, words_since
from moderation.rules_replay import NotReplayed, Tally
from tests.conftest import draft, make_post, make_thread
from tests.desk.lab import aged, candidate, put_in_force, replayed
from tests.desk.staff import HEAVY
from tests.rule_files import LAMP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lab")]


def decided(robin, post: Post, reason: str, action: str = "publish") -> Decision:
    """A decision about the post, as it stands."""
    now = timezone.now()
    at = {"due_at": now, "resolved_at": now, "state": "resolved"}
    case = Case.objects.create(subject=f"post:{post.pk}", post=post, room=post.place.room, level=1, **at)
    said = {"public_note": "I have read this.", "key": f"key-{post.pk}", "case_version": 1, "level_before": 1}
    return Decision.objects.create(case=case, moderator=robin, action=action, reason_code=reason, **said)


def test_a_replay_tells_what_is_new_by_level_with_cases_a_day(ash, room) -> None:
    for words in (LAMP, "The tea was good.", HEAVY):
        make_post(ash, room, words)

    done = replayed(candidate(level="red"))

    assert done.state == ReplayState.DONE
    assert done.posts == 3
    assert done.results["new"] == {"red": 1}
    assert done.results["lost"] == {}
    assert done.results["cases_a_day"] == 1


def test_what_the_candidate_would_miss_is_lost(maren, sorrel, ash, room) -> None:
    make_post(ash, room, LAMP)
    shipped = rules_kept.keep_shipped()
    put_in_force(candidate(level="red"), maren, sorrel)

    done = replayed(shipped)

    assert done.results["lost"] == {"red": 1}
    assert done.results["new"] == {}
    assert done.results["cases_a_day"] == -1


def test_the_sample_is_ids_and_spans_and_no_word_is_kept(ash, room) -> None:
    post = make_post(ash, room, f"Tea first. {LAMP}")

    done = replayed(candidate())

    (entry,) = done.results["sample"]
    start, end = entry["spans"][0]
    assert entry["post"] == post.pk
    assert post.body[start:end].startswith("lamp went")
    assert "lamp" not in json.dumps(done.results).replace("distress.lab", "")


def test_a_replay_changes_nothing_that_anybody_sees(ash, room) -> None:
    post = make_post(ash, room, LAMP)
    before = Post.objects.values().get(pk=post.pk)

    replayed(candidate(level="crisis"))

    assert Post.objects.values().get(pk=post.pk) == before
    assert not Case.objects.exists()
    assert not Signal.objects.exists()
    assert not Outbox.objects.exists()


def test_words_that_were_taken_down_or_are_too_old_are_left_alone(ash, room) -> None:
    gone, old = make_post(ash, room, LAMP), make_post(ash, room, LAMP)
    withdraw(peer=ash, post=gone)
    Post.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))

    done = replayed(candidate())

    assert done.posts == 0


def test_precision_counts_decided_cases_as_moderators_decided_them(robin, ash, room) -> None:
    for reason in ("stands", "pain-stands", "hard-to-read"):
        decided(robin, make_post(ash, room, f"{LAMP} {reason}"), reason)
    decided(robin, make_post(ash, room, "The tea was good."), "pain-stands")

    done = replayed(candidate())

    assert done.results["precision"] == {"active": [0, 0], "candidate": [2, 3]}
    assert rules_replay.precision(done.results, "candidate").words == "2 of 3 (67 %, between 21 and 94)"


def test_a_decision_taken_back_and_words_changed_since_decide_nothing(robin, ash, room) -> None:
    undone, edited = (decided(robin, make_post(ash, room, f"{LAMP} {n}"), "pain-stands") for n in "ab")
    Decision.objects.filter(pk=undone.pk).update(undone_at=timezone.now(), undone_by=robin)
    Post.objects.filter(pk=edited.case.post_id or 0).update(edited_at=timezone.now() + timedelta(seconds=1))

    assert replayed(candidate()).results["precision"]["candidate"] == [0, 0]


@pytest.mark.parametrize(
    ("action", "reason", "right"),
    [
        ("publish", "stands", False),
        ("leave", "wrong-alarm", False),
        ("publish", "pain-stands", True),
        ("leave", "unkind", True),
        ("fold", "stands", True),
        ("remove", "threat", True),
    ],
)
def test_a_case_was_worth_it_unless_nothing_was_to_be_done(action, reason, right) -> None:
    assert was_right(action, reason) is right


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 0, 0, 1)]
)
def test_the_interval_is_wilsons(hits, of, low, high) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-4)
    assert Share(0, 0).words == "none decided"


def test_the_same_posts_are_sampled_in_every_run_and_a_few_of_each_way() -> None:
    red, green = Verdict(2, ("suicide",), ("r",), ((0, 1),), opens_case=True), Verdict()
    posts = [Compared(number, 1, green, red) for number in range(100)]
    posts += [Compared(number, 1, red, green) for number in range(100, 200)]

    def results(order: list[Compared]) -> dict[str, Any]:
        tally = Tally(decided={})
        for each in order:
            tally.add(Portion((each,), spared=0, judged=1))
        return tally.results(10)

    assert results(posts) == results(posts[::-1])
    assert len(results(posts)["sample"]) == 2 * rules_replay.SAMPLE
    assert results(posts)["cases_a_day"] == 0


def test_what_stood_before_a_post_is_what_judging_saw(ash, blue, thread, session) -> None:
    said = [(ash, "I threw the box away"), (blue, "Well done"), (ash, "Tonight was long"), (blue, "I am here")]
    for peer, words in said:
        submit_post(peer=peer, place=thread, draft=draft(words))
        submit_post(peer=peer, place=session, draft=draft(words))

    told = list(words_since(timezone.now() - timedelta(days=1), timezone.now()))

    posts = {post.pk: post for post in Post.objects.select_related("thread__room", "session__room")}
    assert [each.context for each in told] == [words_of(posts[each.post]).context for each in told]
    last = told[-1].context
    assert (last.place, last.parent, last.earlier) == ("live", "Tonight was long", ("Well done",))


def test_a_cry_long_before_is_what_judging_saw(ash, blue, room) -> None:
    thread = make_thread(ash, room, "I am going to end my life tonight")
    for words in ("I am here.", "Tea is on.", "So am I.", "It rains."):
        submit_post(peer=blue, place=thread, draft=draft(words))

    *_, last = words_since(timezone.now() - timedelta(days=1), timezone.now())

    assert last.context.cry == "I am going to end my life tonight"
    assert last.context == words_of(Post.objects.latest("pk")).context


def test_the_set_in_force_is_not_replayed_against_itself() -> None:
    with pytest.raises(NotReplayed, match="in force"):
        rules_replay.ask(candidate=rules_kept.keep_shipped(), moderator=None)


def test_asking_twice_is_asking_once_and_one_process_takes_it(maren) -> None:
    rule_set = candidate()
    first, again = (rules_replay.ask(candidate=rule_set, moderator=maren) for _ in range(2))
    now = timezone.now()

    taken, by_another = rules_replay.next_asked(now), rules_replay.next_asked(now)

    assert first == again == taken
    assert by_another is None
    assert AuditEvent.objects.filter(kind="rules.replay_asked").count() == 1


def test_a_run_that_died_is_begun_again() -> None:
    asked = rules_replay.ask(candidate=candidate(), moderator=None)
    now = timezone.now()
    rules_replay.next_asked(now)

    assert rules_replay.next_asked(now + timedelta(minutes=29)) is None
    assert rules_replay.next_asked(now + timedelta(minutes=31)) == asked


def test_a_run_that_fails_says_so(monkeypatch) -> None:
    asked = rules_replay.take(rules_replay.ask(candidate=candidate(), moderator=None), timezone.now())
    assert asked
    monkeypatch.setattr(rules_replay, "decided_since", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        rules_replay.run(asked)

    assert Replay.objects.get().state == ReplayState.FAILED


def test_two_processes_count_what_one_counts(ash, room, monkeypatch) -> None:
    monkeypatch.setattr("moderation.rules_comparing.PORTION", 2)
    for number in range(5):
        make_post(ash, room, f"{LAMP} {number}" if number % 2 else f"Tea. {number}")
    rule_set = candidate(level="red")

    alone = replayed(rule_set)
    asked = rules_replay.take(rules_replay.ask(candidate=rule_set, moderator=None), timezone.now())
    assert asked
    together = rules_replay.run(asked, processes=2)

    assert together.results == alone.results
    assert together.results["new"] == {"red": 2}


def test_the_command_tells_counts_and_no_words(ash, room, capsys) -> None:
    make_post(ash, room, LAMP)
    rule_set = candidate()

    call_command("rules", "replay", rule_set.hash[:10], "--processes", "1")

    told = capsys.readouterr().out
    assert "new: 1 amber; lost: none" in told
    assert "lamp" not in told


def test_the_command_wants_one_set() -> None:
    with pytest.raises(CommandError, match="one set"):
        call_command("rules", "replay", "ffffffff")


def test_the_worker_begins_a_process_of_its_own_for_what_is_asked(monkeypatch) -> None:
    begun = []

    class Process:
        def __init__(self, command, **_) -> None:
            begun.append(command)

        def poll(self) -> None:
            return None

    monkeypatch.setattr("moderation.rules_working.subprocess.Popen", Process)
    monkeypatch.setattr(rules_working, "_child", rules_working.Child())
    idle = rules_working.begin_asked(timezone.now())
    rules_replay.ask(candidate=candidate(), moderator=None)

    first, again = (rules_working.begin_asked(timezone.now()) for _ in range(2))

    assert (idle, first, again) == (0, 1, 0)
    assert begun[0][-2:] == ["rules", "work"]


def test_an_old_replay_is_not_fresh() -> None:
    done = replayed(candidate())
    active = rules_kept.keep_shipped()

    assert rules_replay.is_fresh(done, active=active, now=timezone.now())
    aged(done, 8)
    done.refresh_from_db()
    assert not rules_replay.is_fresh(done, active=active, now=timezone.now())
