"""After a crisis someone asks again: the desk is reminded after a day and after three, and the author is asked."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from moderation import following_up
from moderation.models import Case, CaseState, FollowUp, Outbox
from moderation.tending import tend
from peers.leaving import Way, leave
from tests.desk.staff import Browser, cry, decision, field, sit_down, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(robin, ash, thread) -> Case:
    """A crisis that was decided with "ask again" ticked, as the form offers it."""
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    page = take(browser, case)
    assert 'name="follow_up"' in page
    assert "checked" in page.split('name="follow_up"')[1].split(">")[0]
    browser.post(f"{case.get_absolute_url()}decide", decision(page, action="leave", follow_up="on"))
    return Case.objects.get(pk=case.pk)


def after(hours: float):
    return time_machine.travel(timezone.now() + timedelta(hours=hours))


def test_the_desk_is_reminded_after_a_day_and_after_three_once_each(decided) -> None:
    with after(23.9):
        tend()
        assert not Case.objects.open().exists()
    with after(24.1):
        tend()
        tend()
        assert [case.follows for case in Case.objects.open()] == [decided]
        assert Case.objects.open().get().state == CaseState.FOLLOW_UP
    with after(72.1):
        tend()
        assert Case.objects.open().count() == 2


def test_the_author_is_asked_and_one_tap_reaches_the_desk(decided, ash, robin) -> None:
    with after(24.1):
        tend()
        browser = Browser(ash)
        page = browser.read("/my/")
        assert "How is it now?" in page
        asked = FollowUp.objects.asking(ash).get()

        answer = browser.post(f"/my/how-is-it/{asked.public_id}", {"feeling": "easier"})

        assert answer.status_code == 200
        assert "How is it now?" not in browser.read("/my/")
        case = Case.objects.open().get()
        assert case.level == 1
        assert "A little easier" in sit_down(robin).read(case.get_absolute_url())


def test_not_safe_calls_a_human_as_a_crisis_does_with_help_in_the_answer(decided, ash) -> None:
    with after(24.1):
        tend()
        rang = Outbox.objects.count()
        asked = FollowUp.objects.asking(ash).get()

        page = Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": "unsafe"}).content.decode()

        assert "Are you safe right now?" in page
        assert (Case.objects.open().get().level, Outbox.objects.count()) == (3, rang + 1)


def test_an_answer_before_the_worker_came_opens_the_reminder_itself(decided, ash) -> None:
    with after(24.1):
        asked = FollowUp.objects.asking(ash).get()
        Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": "worse"})
        tend()

        assert Case.objects.open().get().level == 2


def test_waving_it_away_asks_for_nothing_and_the_desk_is_still_reminded(decided, ash) -> None:
    with after(24.1):
        tend()
        asked = FollowUp.objects.asking(ash).get()

        Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": ""})

        assert "How is it now?" not in Browser(ash).read("/my/")
        assert Case.objects.open().exists()


@pytest.mark.parametrize("before", ["better", ""])
def test_not_safe_counts_after_a_calmer_answer_or_none_and_even_weeks_later(decided, ash, before) -> None:
    with after(24.1):
        asked = FollowUp.objects.asking(ash).get()
        Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": before})
    with after(24 * 30):
        assert "How is it now?" not in Browser(ash).read("/my/")

        page = Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": "unsafe"}).content.decode()

        assert "A moderator has been called" in page
        assert Case.objects.open().order_by("-level")[0].level == 3


def test_not_safe_from_a_session_that_ended_is_answered_with_help_and_says_that_nobody_has_it(decided, ash) -> None:
    with after(24.1):
        asked = FollowUp.objects.asking(ash).get()

        page = Browser().post(f"/my/how-is-it/{asked.public_id}", {"feeling": "unsafe"})

        assert page.status_code == 404
        assert "This did not reach a moderator. Are you safe right now?" in page.content.decode()
        assert "call a moderator" not in page.content.decode().lower()  # nothing there could: it is said in a room
        assert "say it in a room" in page.content.decode()


def test_the_question_goes_after_two_weeks(decided, ash) -> None:
    with after(24 * 18):
        assert "How is it now?" not in Browser(ash).read("/my/")


def test_a_later_decision_about_the_same_case_asks_anew(decided, ash, robin) -> None:
    with after(24 * 4):
        tend()
        asked = FollowUp.objects.asking(ash)[0]
        Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": "better"})

        following_up.plan(case=decided)

        page = Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": "unsafe"})  # from a page long open
        assert "A moderator has been called" in page.content.decode()
        assert Case.objects.open().order_by("-level")[0].level == 3
        FollowUp.objects.update(answered_at=None)
    with after(24 * 5.1):
        assert [each.hours for each in FollowUp.objects.asking(ash)] == [24]
        tend()
        assert Case.objects.open().filter(subject=f"follow-up:{FollowUp.objects.get(hours=24).pk}").exists()


def test_what_only_leads_may_see_is_asked_about_by_leads_only(decided, ash) -> None:
    Case.objects.filter(pk=decided.pk).update(lead_only=True)

    with after(24.1):
        tend()
        asked = FollowUp.objects.asking(ash).get()
        Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": "unsafe"})

    assert [case.lead_only for case in Case.objects.open()] == [True]


def test_nobody_else_can_answer_for_them(decided, ash, blue) -> None:
    with after(24.1):
        tend()
        asked = FollowUp.objects.asking(ash).get()

        Browser(blue).post(f"/my/how-is-it/{asked.public_id}", {"feeling": "better"})
        Browser().post(f"/my/how-is-it/{asked.public_id}", {"feeling": "better"})

        asked.refresh_from_db()
        assert asked.feeling == ""


def test_who_has_left_is_not_asked_about(decided, ash) -> None:
    leave(peer=ash, way=Way.REMOVE)

    with after(24.1):
        tend()

    assert not Case.objects.open().exists()


def test_a_follow_up_is_closed_by_having_looked_again(decided, robin) -> None:
    with after(24.1):
        tend()
        case = Case.objects.open().get()
        browser = sit_down(robin)
        page = take(browser, case)
        seen = {name: field(page, name) for name in ("token", "version")}

        browser.post(f"{case.get_absolute_url()}close", seen)
        tend()

        assert not Case.objects.open().exists()
