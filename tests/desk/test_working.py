"""Work on one case: taking it, uncovering its words, staying with it and giving it back."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from forum.posting import edit_post
from moderation.case_page import page_of
from moderation.casework import Need, open_or_join, subject_of
from moderation.models import AuditEvent, Case, CaseState, Signal
from moderation.reporting import file_report
from tests.conftest import draft, make_thread
from tests.desk.staff import CRY, HEAVY, cry, decision, resolve, sit_down, take

pytestmark = pytest.mark.django_db
NOTE = "I have read this, and it stays. Thank you for saying it here."
THREAT = Need(level=2, categories=("threat",), within=900)


def test_the_words_are_not_in_the_page_before_they_are_revealed(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)

    before = browser.read(case.get_absolute_url())
    taken = take(browser, case)
    browser.post(f"{case.get_absolute_url()}reveal")
    after = browser.read(case.get_absolute_url())

    assert "end my life" not in before
    assert "end my life" not in taken
    assert "end my life" in after
    assert "The words are covered" not in after


def test_nobody_reveals_a_case_they_do_not_hold(robin, wren, ash, thread) -> None:
    _, case = cry(ash, thread)
    take(sit_down(wren), case)
    browser = sit_down(robin)

    answer = browser.post(f"{case.get_absolute_url()}reveal")

    assert answer.status_code == 409
    assert "Wren has this case now" in answer.content.decode()
    assert "end my life" not in browser.read(case.get_absolute_url())


def test_a_reveal_covers_again_when_the_lease_ends(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case, reveal=True)

    with time_machine.travel(timezone.now() + timedelta(seconds=121), tick=False):
        later = browser.read(case.get_absolute_url())
        again = take(browser, case)

    assert "end my life" not in later
    assert "end my life" not in again


def test_every_reveal_is_in_the_log(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)

    take(browser, case, reveal=True)
    browser.post(f"{case.get_absolute_url()}reveal")

    seen = AuditEvent.objects.filter(case_ref=case.public_id, kind="case.revealed", actor="robin")
    assert seen.count() == 2
    assert Case.objects.get().first_human_at is not None


def test_opening_and_reading_change_nothing(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    before = Case.objects.values().get(), AuditEvent.objects.count()

    browser.read(case.get_absolute_url())
    browser.read("/desk/")
    browser.read("/desk/queue")

    assert (Case.objects.values().get(), AuditEvent.objects.count()) == before


def test_what_was_noticed_is_marked_where_it_stands(robin, ash, thread) -> None:
    post, case = cry(ash, thread, "Tea is on 🍵. I am going to end my life tonight & <b>that</b> is all")
    signal = Signal.objects.filter(case=case).exclude(spans=[]).order_by("-level", "pk")[0]

    page = take(sit_down(robin), case, reveal=True)

    marked = re.findall(r'<mark class="span">(.*?)<', page)
    assert marked
    assert all(words in post.body for words in marked)
    assert not any("Tea" in words for words in marked)
    assert "&lt;b&gt;that&lt;/b&gt;" in page
    assert signal.reason in page
    assert signal.rule in page


def test_an_edit_hides_nothing_from_the_desk(robin, ash, thread) -> None:
    post, case = cry(ash, thread)
    edit_post(peer=ash, post=post, draft=draft(HEAVY))

    page = take(sit_down(robin), case, reveal=True)

    assert HEAVY in page.replace("</mark>", "").replace('<mark class="span">', "").replace("<sup>1</sup>", "")
    assert "Earlier forms: 1" in page
    assert CRY in page


def test_staying_with_a_case_keeps_what_was_written_and_says_that_something_came(robin, held) -> None:
    post, case = held
    browser = sit_down(robin)
    form = decision(take(browser, case), body="Half a sentence")
    calm = browser.read(f"{case.get_absolute_url()}?seen={form['version']}")
    open_or_join(subject_of(post), THREAT)

    page = browser.read(f"{case.get_absolute_url()}?seen={form['version']}")
    kept = browser.post(f"{case.get_absolute_url()}claim", form).content.decode()

    assert "data-changed hidden" in calm
    assert "data-changed hidden" not in page
    assert "Half a sentence" in kept


def test_a_heartbeat_answers_with_time_and_version(robin, wren, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser, other = sit_down(robin), sit_down(wren)
    take(browser, case)

    mine = browser.post(f"{case.get_absolute_url()}claim", Accept="application/json")
    theirs = other.post(f"{case.get_absolute_url()}claim", Accept="application/json")

    assert (mine.status_code, theirs.status_code) == (200, 409)
    assert 115 <= mine.json()["left"] <= 120
    assert mine.json()["token"] == str(Case.objects.get().lease_token)


def test_giving_a_case_back_lets_the_next_one_take_it(robin, wren, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case)

    browser.post(f"{case.get_absolute_url()}let-go")

    assert sit_down(wren).post(f"{case.get_absolute_url()}claim").status_code == 302
    assert Case.objects.filter(lease_by__username="wren").exists()


def test_this_names_earlier_cases_are_there_and_no_other_name_is(robin, ash, room, thread, rooms) -> None:
    _, earlier = cry(ash, thread, HEAVY)
    elsewhere = make_thread(ash, rooms["relapse"], HEAVY)
    away = Case.objects.get(post__thread=elsewhere)
    _, case = cry(ash, thread)

    page = sit_down(robin).read(case.get_absolute_url()).split("This name in this room")[1]

    assert earlier.get_absolute_url() in page
    assert away.get_absolute_url() not in page


def test_only_what_was_noticed_in_these_words_is_marked_in_them(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    found = Signal.objects.filter(case=case).exclude(spans=[])
    for signal in found:
        signal.pk, signal.subject, signal.spans = None, "cry:elsewhere", [[0, 4]]
        signal.save()

    page = page_of(case, robin, timezone.now())

    numbered = [each for each in page["findings"] if each.number]
    assert len(numbered) == Signal.objects.filter(subject=case.subject).exclude(spans=[]).count()
    assert len(page["findings"]) > len(numbered)


def test_a_case_page_costs_the_same_however_much_happened(robin, ash, thread, django_assert_num_queries) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case, reveal=True)
    with django_assert_num_queries(18):
        browser.read(case.get_absolute_url())
    for words in (HEAVY, HEAVY + " again", HEAVY + " and again"):
        cry(ash, thread, words)

    with django_assert_num_queries(19):  # one more: the decisions of earlier cases, together
        browser.read(case.get_absolute_url())


@pytest.mark.parametrize("step", ["claim", "let-go", "reveal", "cover", "decide", "undo", "message", "close"])
def test_no_step_is_a_link_and_unknown_cases_are_not_there(robin, ash, thread, step) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)

    assert browser.get(f"{case.get_absolute_url()}{step}").status_code == 405
    assert browser.post(f"/desk/cases/unknown/{step}").status_code == 404


def test_states_and_reports_are_told_in_words(robin, ash, room, thread) -> None:
    _, earlier = cry(ash, thread, HEAVY)
    Case.objects.filter(pk=earlier.pk).update(state=CaseState.PENDING_SECOND)
    post, case = cry(ash, make_thread(ash, room, "Tea."))
    file_report(post=post, reason="worried", note="")

    page = sit_down(robin).read(case.get_absolute_url())

    assert "amber, waiting for a second person" in page
    assert "<li>I am worried about the person who wrote this, " in page


def test_a_closed_case_promises_nothing_that_only_an_open_one_keeps(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    resolve(browser, case)

    page = browser.read(case.get_absolute_url())

    assert "They open to whoever has the case." not in page
    assert "The case is closed: they open again only if it does." in page
    assert "The case is closed." in page.partition('id="outreach"')[2]


def test_every_label_of_a_case_page_is_of_one_field(robin, ash, thread) -> None:
    _, case = cry(ash, thread)

    page = take(sit_down(robin), case, reveal=True)

    ids = re.findall(r' id="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
