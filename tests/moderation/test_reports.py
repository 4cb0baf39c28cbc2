"""Reporting: anyone may, nobody is told who did, and the receipt tells honestly what came of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum import showing
from forum.models import Post, Visibility
from forum.posting import submit_post, withdraw
from forum.text import tidy
from moderation import reporting
from moderation.models import Case, CaseState, Level, Outbox, Report, Signal, Source
from moderation.views.reports import SEEN_FOR
from peers import limits
from peers.leaving import Way, leave
from tests.conftest import draft
from tests.forum.doors import field

SAME = {"Sec-Fetch-Site": "same-origin"}
DARK = "I am going to end my life tonight"


@pytest.fixture
def post(ash, thread) -> Post:
    return submit_post(peer=ash, place=thread, draft=draft("The cat slept on my feet."))


def send(client, post, **words):
    return client.post(f"/report/{post.public_id}", words, headers=SAME)


def opened(client, post) -> str:
    """What the form holds that was served for this post."""
    return field(client.get(f"/report/{post.public_id}").text, "seen")


def test_a_report_without_any_identity_opens_a_case_and_gives_a_receipt(client, post) -> None:
    answer = send(client, post, reason="unkind", note="this was about me")

    filed = Report.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/report/receipt/{filed.receipt}"
    assert not answer.cookies
    case = Case.objects.open().get()
    assert (case.post, case.level, case.categories) == (post, Level.RED, ["harassment"])
    assert Signal.objects.get(case=case).source == Source.REPORT


def test_a_report_joins_the_open_case_and_never_lowers_it(client, ash, thread) -> None:
    cry = submit_post(peer=ash, place=thread, draft=draft(DARK))
    due = Case.objects.get().due_at

    send(client, cry, reason="other")

    case = Case.objects.get()
    assert (case.level, case.due_at) == (Level.CRISIS, due)
    assert case.reports.count() == 1


def test_a_report_changes_nothing_about_how_the_post_is_shown(client, post) -> None:
    send(client, post, reason="danger")

    post.refresh_from_db()
    assert post.visibility == Visibility.PUBLISHED


def test_the_case_keeps_the_post_as_it_stands_when_the_report_comes(post) -> None:
    read_before = Post.objects.get(pk=post.pk)
    Post.objects.filter(pk=post.pk).update(visibility=Visibility.NOTED)

    case = reporting.file_report(post=read_before, reason="unkind", note="").case

    assert case.snapshots.get().visibility == Visibility.NOTED


def test_danger_right_now_rings(client, post) -> None:
    send(client, post, reason="danger")

    assert Case.objects.get().level == Level.CRISIS
    assert Outbox.objects.get().payload["level"] == "crisis"


def test_a_cry_in_the_note_raises_the_case_and_is_answered_with_help(client, post) -> None:
    answer = client.post(f"/report/{post.public_id}?country=GB", {"reason": "other", "note": DARK}, headers=SAME)

    assert answer.status_code == 200
    assert b"call 999 or 112" in answer.content
    assert Report.objects.get().receipt.encode() in answer.content
    assert Case.objects.get().level == Level.CRISIS
    assert Signal.objects.filter(rule__startswith="note.").exists()


def test_the_receipt_tells_waiting_then_looked_at_then_decided(client, post) -> None:
    code = reporting.file_report(post=post, reason="unkind", note="").receipt
    told = []

    for change in (
        {},
        {"first_human_at": timezone.now()},
        {"state": CaseState.RESOLVED, "resolved_at": timezone.now()},
    ):
        Case.objects.update(**change) if change else None
        told.append(client.get(f"/report/receipt/{code}").content.decode())

    assert "Waiting for a moderator" in told[0]
    assert "A moderator is looking at it" in told[1]
    assert "A moderator has decided" in told[2]
    assert all(post.body not in page and post.public_id not in page for page in told)


def test_a_late_receipt_says_that_nobody_could(client, post, time_machine) -> None:
    code = reporting.file_report(post=post, reason="unkind", note="").receipt
    time_machine.move_to(timezone.now() + timedelta(hours=2))

    page = client.get(f"/report/receipt/{code}").content.decode()

    assert "and nobody could" in page


def test_the_receipt_does_not_tell_how_urgent_the_case_is(client, ash, thread) -> None:
    cry = submit_post(peer=ash, place=thread, draft=draft(DARK))
    filed = reporting.file_report(post=cry, reason="other", note="")

    assert reporting.due_of(filed) == filed.at + timedelta(hours=4)
    assert filed.case.due_at < reporting.due_of(filed)


def test_too_many_reports_wait_with_their_words_kept(client, post) -> None:
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"

    codes = [send(client, post, reason="other").status_code for _ in range(limits.REPORTS.most)]
    last = send(client, post, reason="other", note="my words")

    assert set(codes) == {303}
    assert last.status_code == 429
    assert b"my words" in last.content
    assert Report.objects.count() == limits.REPORTS.most


def test_a_cry_over_the_limit_is_kept_and_answered(client, post) -> None:
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    for _ in range(limits.REPORTS.most + 1):
        send(client, post, reason="other")

    answer = send(client, post, reason="other", note=DARK)

    assert answer.status_code == 200
    assert Case.objects.get().level == Level.CRISIS


@pytest.mark.parametrize(
    "words",
    [{}, {"reason": "nonsense"}, {"reason": ""}, {"reason": "other", "note": "x" * 2001}, {"note": "kept words"}],
)
def test_a_report_that_lacks_something_comes_back_with_its_words(client, post, words) -> None:
    answer = send(client, post, **words)

    assert answer.status_code == 422
    assert words.get("note", "").encode() in answer.content
    assert not Report.objects.exists()


@pytest.mark.parametrize("note", ["\x00", "a\x00b", "\u202e reversed", "e" + "\u0301" * 500, "\ud7ff", "\x1b[2Ja"])
def test_strange_letters_in_a_note_do_no_harm(client, post, note) -> None:
    answer = send(client, post, reason="other", note=note)

    assert answer.status_code == 303
    assert Report.objects.get().note == tidy(note)


def test_a_note_that_did_not_arrive_whole_is_given_back(client, post) -> None:
    answer = send(client, post, reason="other", note="\ufffd broken")

    assert answer.status_code == 422
    assert "\ufffd broken" in answer.content.decode()
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "path", ["/report/%00", "/report/receipt/%00", "/report/%F0%9F%8D%B5", "/report/receipt/a%00b"]
)
def test_an_address_of_strange_letters_is_not_there(client, db, path) -> None:
    answers = [client.get(path), client.post(path, {"reason": "other"}, headers=SAME)]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("origin", ["http://testserver", "https://evil.example"])
def test_the_note_of_a_stale_report_is_given_back(client, post, origin) -> None:
    client.post("/arrive", headers=SAME)

    answer = client.post(
        f"/report/{post.public_id}",
        {"form_token": "old", "reason": "other", "note": "my note"},
        headers={"Origin": origin},
    )

    assert answer.status_code == 403
    assert "my note</textarea>" in answer.content.decode().partition('id="kept"')[2].partition("</div>")[0]


def test_what_readers_cannot_see_cannot_be_reported(client, post) -> None:
    Post.objects.filter(pk=post.pk).update(visibility=Visibility.WITHDRAWN)

    assert client.get(f"/report/{post.public_id}").status_code == 404
    assert send(client, post, reason="other").status_code == 404
    assert client.get("/report/receipt/unknowncode1").status_code == 404


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ({"reason": "danger"}, Level.CRISIS),
        ({"reason": "threat"}, Level.RED),
        ({"reason": "other", "note": DARK}, None),
    ],
)
def test_danger_brings_a_human_though_the_author_took_the_words_down_meanwhile(client, post, ash, words, level) -> None:
    seen = opened(client, post)
    withdraw(peer=ash, post=post)

    answer = send(client, post, seen=seen, **words)

    case = Case.objects.open().get()
    assert answer.status_code in {200, 303}
    assert case.post == post
    assert case.level == (level or Level.CRISIS)
    post.refresh_from_db()
    assert (post.visibility, post.shown_html) == (Visibility.WITHDRAWN, "")
    assert "The cat slept" not in answer.content.decode()


def test_the_report_of_words_taken_down_is_returned_where_nothing_is_left_to_do(client, post, ash) -> None:
    seen = opened(client, post)
    withdraw(peer=ash, post=post)

    assert client.get(f"/report/{post.public_id}").status_code == 404
    for words in ({"reason": "selling"}, {"reason": "other", "note": "it was spam"}):
        assert send(client, post, seen=seen, **words).status_code == 404
    for state in (Visibility.HELD, Visibility.REMOVED):
        hold_until = timezone.now() if state == Visibility.HELD else None
        Post.objects.filter(pk=post.pk).update(visibility=state, hold_until=hold_until)
        assert send(client, post, seen=seen, reason="danger").status_code == 404
    assert not Report.objects.exists()


def test_only_a_form_that_was_served_lately_reports_what_is_down(client, ash, post, thread, time_machine) -> None:
    other = submit_post(peer=ash, place=thread, draft=draft("It rained all day."))
    of_another, seen = opened(client, other), opened(client, post)
    withdraw(peer=ash, post=post)

    for strange in ("", "x", f"{post.public_id}:x:y", of_another):
        assert send(client, post, seen=strange, reason="danger").status_code == 404
    time_machine.move_to(timezone.now() + SEEN_FOR + timedelta(seconds=2))
    assert send(client, post, seen=seen, reason="danger").status_code == 404
    assert not Report.objects.exists()


def test_a_report_that_lacks_something_keeps_what_says_that_the_post_was_there(client, ash, post) -> None:
    seen = opened(client, post)
    withdraw(peer=ash, post=post)

    answer = send(client, post, seen=seen, note="I am worried")

    assert answer.status_code == 422
    assert field(answer.text, "seen") == seen


def test_of_words_that_were_destroyed_there_is_nothing_to_report(client, ash, post) -> None:
    seen = opened(client, post)
    showing.erase(post)
    withdraw(peer=ash, post=post)

    assert send(client, post, seen=seen, reason="danger").status_code == 404
    assert not Report.objects.exists()


def test_who_left_is_not_reported_any_more(client, post, ash) -> None:
    seen = opened(client, post)
    withdraw(peer=ash, post=post)
    leave(peer=ash, way=Way.KEEP)

    assert send(client, post, seen=seen, reason="danger").status_code == 404
    assert not Report.objects.exists()


def test_a_post_that_is_hidden_while_one_writes_leaves_the_note_with_help_and_nothing_else(client, post) -> None:
    Post.objects.filter(pk=post.pk).update(visibility=Visibility.REMOVED)

    answer = send(client, post, reason="other", note=DARK)

    page = answer.content.decode()
    assert answer.status_code == 404
    assert f"{DARK}</textarea>" in page
    assert "Help for you" in page
    assert not Report.objects.exists()


def test_a_post_that_goes_while_its_report_is_judged_is_no_failure(client, post, ash, monkeypatch) -> None:
    judge_note = reporting.judge_note

    def meanwhile(words):
        if ash.pk:  # once
            leave(peer=ash, way=Way.REMOVE)
        return judge_note(words)

    monkeypatch.setattr(reporting, "judge_note", meanwhile)
    answer = send(client, post, reason="other", note=DARK)

    assert answer.status_code == 404
    assert "Help for you" in answer.content.decode()
    assert not Report.objects.exists()


def test_another_site_cannot_report(client, post) -> None:
    answer = client.post(
        f"/report/{post.public_id}", {"reason": "other"}, headers={"Origin": "https://elsewhere.example"}
    )

    assert answer.status_code == 403
    assert not Report.objects.exists()


def test_the_form_and_the_receipt_cost_few_queries_and_set_no_cookie(client, post, django_assert_num_queries) -> None:
    code = reporting.file_report(post=post, reason="unkind", note="").receipt

    with django_assert_num_queries(2):  # the post with its place; who is on shift
        form = client.get(f"/report/{post.public_id}")
    with django_assert_num_queries(2):  # the report with its case; who is on shift
        receipt = client.get(f"/report/receipt/{code}")

    assert not form.cookies
    assert not receipt.cookies


def test_a_reason_that_leaves_something_open_is_refused_by_name() -> None:
    whole = {"label": "x", "category": "threat", "level": "red", "within": 900}

    for broken in ({**whole, "within": 0}, {**whole, "level": "green"}, {**whole, "label": ""}, {"label": "x"}):
        with pytest.raises(ValueError, match="'odd'"):
            reporting.read_reasons({"odd": broken})


def test_a_reason_nobody_reviewed_saves_nothing(post) -> None:
    with pytest.raises(reporting.UnknownReason):
        reporting.file_report(post=post, reason="nonsense", note="")

    assert not Case.objects.exists()
