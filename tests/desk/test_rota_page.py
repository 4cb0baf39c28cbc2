"""The rota at the desk: everyone there sees it, leads change it by forms, and the log keeps who did."""

import pytest
from django.utils import timezone

from moderation.models import AuditEvent, HandoverNote, Moderator, Role, Rota
from moderation.shift import shift_now
from tests.conftest import make_moderator
from tests.desk.staff import cry, field, sit_down, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def kestrel(db) -> Moderator:
    return make_moderator("kestrel", "Kestrel", Role.LEAD)


def duty(of: Moderator, **changed: str) -> dict[str, str]:
    week = {"who": str(of.pk), "duty": "shift", "weekday": "0", "starts": "22:00", "ends": "06:00"}
    return {**week, "valid_from": "2026-01-01", "valid_until": "", **changed}


def test_a_lead_plans_a_night_and_takes_it_off_again(kestrel, robin) -> None:
    browser = sit_down(kestrel)

    planned = browser.post("/desk/rota", duty(robin))
    row = Rota.objects.get()
    page = browser.read("/desk/rota")
    browser.post("/desk/rota/drop", {"duty": str(row.pk)})

    assert planned.status_code == 302
    assert (row.moderator, row.starts, row.ends) == (robin, 22 * 60, 6 * 60)
    assert all(words in page for words in ("Monday", "22:00", "06:00 next day", "Robin", "on shift"))
    assert not Rota.objects.exists()
    assert list(AuditEvent.objects.values_list("actor", "kind", "data__whose")) == [
        ("kestrel", "rota.planned", "robin"),
        ("kestrel", "rota.dropped", "robin"),
    ]


def test_until_midnight_is_the_end_of_the_day(kestrel, robin) -> None:
    sit_down(kestrel).post("/desk/rota", duty(robin, starts="00:00", ends="00:00"))

    assert (Rota.objects.get().starts, Rota.objects.get().ends) == (0, 1440)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": "22:00"},
        {"starts": "soon"},
        {"weekday": "7"},
        {"duty": "dance"},
        {"who": "0"},
        {"valid_until": "2025-01-01"},
        {"starts": ""},
    ],
)
def test_what_makes_no_sense_is_given_back_with_a_reason(kestrel, robin, wrong) -> None:
    answer = sit_down(kestrel).post("/desk/rota", duty(robin, **wrong))

    assert answer.status_code == 422
    assert "error-text" in answer.content.decode()
    assert not Rota.objects.exists()


def test_a_duty_is_not_changed_by_planning_it_anew(kestrel, robin) -> None:
    browser = sit_down(kestrel)
    browser.post("/desk/rota", duty(robin))

    again = browser.post("/desk/rota", duty(robin)).status_code
    other = browser.post("/desk/rota", duty(robin, ends="07:00"))

    assert (again, other.status_code) == (302, 422)
    assert "Take it off first" in other.content.decode()
    assert Rota.objects.get().ends == 6 * 60
    assert AuditEvent.objects.count() == 1


def test_a_host_cannot_be_planned(kestrel, host) -> None:
    assert sit_down(kestrel).post("/desk/rota", duty(host.moderator)).status_code == 422


def test_a_moderator_sees_the_rota_and_cannot_change_it(kestrel, robin) -> None:
    sit_down(kestrel).post("/desk/rota", duty(robin))
    browser, row = sit_down(robin), Rota.objects.get()

    page = browser.read("/desk/rota")
    refused = [
        browser.post("/desk/rota", duty(robin, weekday="3")).status_code,
        browser.post("/desk/rota/drop", {"duty": str(row.pk)}).status_code,
    ]

    assert "Monday" in page
    assert "Put it into the rota" not in page
    assert "Take off" not in page
    assert refused == [403, 403]
    assert Rota.objects.get() == row


@pytest.mark.parametrize("address", ["/desk/rota", "/desk/drills"])
def test_only_the_desk_sees_it(client, host, address) -> None:
    assert client.get(address).status_code == 302
    assert sit_down(host.moderator).get(address).status_code == 403


def test_everyone_says_where_their_own_alerts_go_and_nobody_else_sees_it(kestrel, robin) -> None:
    mine = sit_down(robin)

    mine.post("/desk/rota/address", {"alert_email": "robin@example.org"})
    wrong = mine.post("/desk/rota/address", {"alert_email": "not an address"})

    robin.refresh_from_db()
    assert robin.alert_email == "robin@example.org"
    assert wrong.status_code == 422
    assert "robin@example.org" in mine.read("/desk/rota")
    assert "robin@example.org" not in sit_down(kestrel).read("/desk/rota")


def test_an_act_at_the_desk_is_seen_and_a_page_s_own_beat_is_not(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)

    browser.read("/desk/")
    browser.post("/desk/shift", {"act": "on_call"})
    browser.post(f"{case.get_absolute_url()}claim", {}, Accept="application/json")
    robin.refresh_from_db()
    before = robin.seen_at
    take(browser, case)
    robin.refresh_from_db()

    assert before is None
    assert robin.seen_at is not None


def test_a_note_after_the_end_of_a_planned_shift_does_not_begin_it_anew(robin, ash, thread) -> None:
    today = timezone.now().date()
    week = {"weekday": today.weekday(), "starts": 0, "ends": 1440, "valid_from": today}
    Rota.objects.create(moderator=robin, duty="shift", **week)
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case)
    before = shift_now().until

    browser.post("/desk/shift", {"act": "end"})
    page = browser.read("/desk/handover?ended=1")
    browser.post("/desk/handover", {"body": "It was calm. Thank you.", "key": field(page, "key")})

    assert HandoverNote.objects.count() == 1
    assert before is not None
    assert shift_now().until is None


def test_the_page_costs_the_same_however_long_the_week_is(kestrel, robin, django_assert_num_queries) -> None:
    browser = sit_down(kestrel)
    for day in range(2):
        Rota.objects.create(moderator=robin, duty="shift", weekday=day, starts=0, ends=60)
    with django_assert_num_queries(7):  # session, moderator, device; the week; people, the plan; whom to choose from
        browser.read("/desk/rota")
    for day in range(2, 7):
        Rota.objects.create(moderator=robin, duty="shift", weekday=day, starts=0, ends=60)

    with django_assert_num_queries(7):
        browser.read("/desk/rota")
