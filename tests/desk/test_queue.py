"""The queue: in the order it is served, without a word of what was written, in as many queries however long it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from moderation.models import Case, Moderator
from moderation.queue import due_words, queue_for
from tests.conftest import make_moderator
from tests.desk.staff import CRY, HEAVY, cry, field, sit_down

pytestmark = pytest.mark.django_db


def cases_of(room, count: int) -> list[Case]:
    now = timezone.now()
    return [
        Case.objects.create(
            subject=f"call:{place}:0",
            room=room,
            author_name=f"Quiet Harbour {place}",
            level=place % 3 + 1,
            categories=["suicide"],
            due_at=now + timedelta(minutes=place // 2),
        )
        for place in range(count)
    ]


def test_the_queue_names_the_kind_of_thing_and_the_author_but_none_of_their_words(robin, ash, thread) -> None:
    post, _ = cry(ash, thread)
    name = post.persona.name if post.persona else "missing"

    page = sit_down(robin).read("/desk/")

    assert name in page
    assert "suicide" in page
    assert "Crisis: now" in page
    assert "tonight" not in page
    assert post.body not in page


def test_crisis_stands_first_and_then_what_is_due_first(robin, room) -> None:
    cases_of(room, 9)

    rows = queue_for(robin).rows

    order = [(row.case.level < 3, row.case.due_at, -row.case.level, row.case.pk) for row in rows]
    assert order == sorted(order)
    assert {row.case.level for row in rows[3:5]} == {1, 2}  # red and amber stand among each other


def test_every_case_is_on_exactly_one_page(robin, room) -> None:
    made = cases_of(room, 23)
    found, after = [], ""

    while True:
        page = queue_for(robin, after=after, most=5)
        found += [row.case.pk for row in page.rows]
        after = page.older
        if not after:
            break

    assert sorted(found) == sorted(case.pk for case in made)
    assert len(found) == 23


@pytest.mark.parametrize(
    "key", ["", "x", "1.2", "1.2.3.x", "9" * 40, "-1.0.0.1", "1.99999999999999999.3.1", "7.1.1.1", "٣.1.1.1"]
)
def test_a_key_that_is_none_shows_the_first_page_or_an_empty_one(robin, room, key) -> None:
    cases_of(room, 2)

    answer = sit_down(robin).get("/desk/", data={"after": key})

    assert answer.status_code == 200


def test_a_late_case_says_by_how_much() -> None:
    now = timezone.now()

    assert due_words(now + timedelta(minutes=6, seconds=5), now) == "due in 6 min"
    assert due_words(now - timedelta(seconds=61), now) == "1 min over"
    assert due_words(now + timedelta(hours=3, seconds=1), now) == "due in 3 h"


def test_next_takes_the_most_urgent_and_each_moderator_gets_another(robin, wren, ash, blue, thread) -> None:
    cry(ash, thread, HEAVY)
    _, urgent = cry(blue, thread, CRY)

    first = sit_down(robin).post("/desk/next")
    second = sit_down(wren).post("/desk/next")

    assert first["Location"] == urgent.get_absolute_url()
    assert second["Location"] != first["Location"]


def test_next_with_nothing_left_says_so(robin) -> None:
    browser = sit_down(robin)

    answer = browser.post("/desk/next")

    assert answer["Location"] == "/desk/?nothing=1"
    assert "Nothing waits that you may take" in browser.read("/desk/?nothing=1")


def test_what_is_for_a_lead_does_not_exist_for_others(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    Case.objects.update(lead_only=True)
    kestrel = make_moderator("kestrel", "Kestrel", "lead")
    browser = sit_down(robin)

    assert case.public_id not in browser.read("/desk/")
    assert browser.get(case.get_absolute_url()).status_code == 404
    assert browser.post(f"{case.get_absolute_url()}claim").status_code == 404
    assert browser.post("/desk/next")["Location"] == "/desk/?nothing=1"
    assert case.public_id in sit_down(kestrel).read("/desk/")


def test_the_list_alone_is_what_an_open_desk_fetches(robin, ash, thread) -> None:
    _, case = cry(ash, thread)

    part = sit_down(robin).read(f"/desk/queue?case={case.public_id}")

    assert "<html" not in part
    assert f'data-case="{case.public_id}" data-level="crisis" aria-current="true"' in part


def test_reading_the_queue_costs_the_same_however_long_it_is(robin, room, django_assert_num_queries) -> None:
    browser = sit_down(robin)
    cases_of(room, 3)
    with django_assert_num_queries(5):  # session, moderator, device, cases, in hand
        browser.read("/desk/")
    Case.objects.all().delete()
    cases_of(room, 48)

    with django_assert_num_queries(5):
        browser.read("/desk/")
    with django_assert_num_queries(4):
        browser.read("/desk/queue")


def test_a_shift_has_an_end_and_peers_can_know_it(robin) -> None:
    browser = sit_down(robin)

    browser.post("/desk/shift", {"act": "start", "hours": "4"})

    robin.refresh_from_db()
    assert timedelta(hours=3, minutes=59) < robin.on_shift_until - timezone.now() <= timedelta(hours=4)
    assert "On shift until" in browser.read("/desk/")


@pytest.mark.parametrize("form", [{"act": "start", "hours": "400"}, {"act": "start"}, {"act": "dance"}, {}])
def test_a_shift_form_that_makes_no_sense_changes_nothing(robin, form) -> None:
    answer = sit_down(robin).post("/desk/shift", form)

    assert answer.status_code == 422
    assert Moderator.objects.get().on_shift_until is None


@pytest.mark.parametrize("act", ["break", "end"])
def test_a_break_and_the_end_of_a_shift_give_the_cases_back(robin, wren, ash, thread, act) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    browser.post("/desk/next")

    browser.post("/desk/shift", {"act": act})

    assert sit_down(wren).post("/desk/next")["Location"] == case.get_absolute_url()


def test_ringing_can_be_switched_on_and_off(robin) -> None:
    browser = sit_down(robin)

    browser.post("/desk/shift", {"act": "on_call"})
    was_on = Moderator.objects.get().on_call
    browser.post("/desk/shift", {"act": "off_call"})

    assert (was_on, Moderator.objects.get().on_call) == (True, False)


@pytest.mark.parametrize("address", ["/desk/next", "/desk/shift", "/desk/sign-out"])
def test_what_changes_something_is_never_a_link(robin, address) -> None:
    assert sit_down(robin).get(address).status_code == 405


def test_a_form_from_elsewhere_is_refused(robin, ash, thread) -> None:
    _, case = cry(ash, thread)

    answer = sit_down(robin).post(f"{case.get_absolute_url()}claim", {"form_token": "another"})

    assert answer.status_code == 403
    assert Case.objects.get().lease_by is None


def test_the_sign_out_form_carries_the_token_of_this_session(robin) -> None:
    browser = sit_down(robin)

    assert field(browser.read("/desk/"), "form_token") == browser.token
