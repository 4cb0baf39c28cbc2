"""Who works here: changed by admins alone, at once, in the log, and never so that nobody is left to do it."""

import json

import pytest
from django.utils import timezone

from moderation import staff_changes, triage
from moderation.models import AuditEvent, Case, Moderator, Role
from moderation.staff_changes import NotDone
from peers.models import Session
from tests.conftest import make_moderator
from tests.desk.staff import Browser, cry, sit_down, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db) -> Moderator:
    return make_moderator("ada", "Ada", Role.ADMIN)


@pytest.fixture
def desk(ada) -> Browser:
    return sit_down(ada)


def test_the_list_names_everyone_with_their_role_and_no_figures(desk, robin, host) -> None:
    page = desk.read("/desk/staff")

    assert [name in page for name in ("Ada", "Robin", "River")] == [True] * 3
    assert "no longer works here" in page


def test_the_list_asks_a_fixed_number_of_questions(desk, robin, wren, host, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):  # session, moderator, device; the list
        desk.read("/desk/staff")


def test_a_new_role_holds_from_the_next_page_on_and_is_in_the_log(desk, robin) -> None:
    robins = sit_down(robin)

    answer = desk.post("/desk/staff/robin/role", {"role": "lead"})

    assert answer.status_code == 302
    assert "Site mode" in robins.read("/desk/")
    event = AuditEvent.objects.get(kind="staff.role")
    assert (event.actor, event.data) == ("ada", {"who": "robin", "before": "moderator", "after": "lead"})


@pytest.mark.parametrize("less", [{"act": "let_go"}, {"role": "host"}])
def test_who_may_less_is_signed_out_everywhere_and_their_cases_go_back(desk, robin, ash, thread, less) -> None:
    _, case = cry(ash, thread)
    robins, elsewhere = sit_down(robin), sit_down_again(robin)
    take(robins, case)
    Moderator.objects.filter(pk=robin.pk).update(on_shift_until=timezone.now())

    desk.post(f"/desk/staff/robin/{'active' if 'act' in less else 'role'}", less)

    assert not Session.objects.filter(peer=robin.peer).exists()
    assert [each.get("/desk/").status_code for each in (robins, elsewhere)] == [302, 302]
    assert Case.objects.get().lease_by is None
    assert Moderator.objects.get(pk=robin.pk).on_shift_until is None


def sit_down_again(moderator) -> Browser:
    return Browser(moderator.peer)  # the public voice on another device


def test_a_host_who_is_let_go_is_signed_out_too(desk) -> None:
    river = make_moderator("river", "River", Role.HOST)
    sit_down(river)

    desk.post("/desk/staff/river/active", {"act": "let_go"})

    assert not Session.objects.filter(peer=river.peer).exists()
    assert not Moderator.objects.get(pk=river.pk).is_active


def test_who_was_let_go_can_come_back_and_both_are_in_the_log(desk, robin) -> None:
    desk.post("/desk/staff/robin/active", {"act": "let_go"})
    desk.post("/desk/staff/robin/active", {"act": "take_back"})

    assert Moderator.objects.get(pk=robin.pk).is_active
    kinds = list(AuditEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["staff.deactivated", "staff.reactivated"]
    assert str(robin.peer_id) not in json.dumps(list(AuditEvent.objects.values("data")))


@pytest.mark.parametrize(
    ("address", "form"), [("role", {"role": "moderator"}), ("active", {"act": "let_go"}), ("role", {"role": "lead"})]
)
def test_nobody_changes_their_own_role_so_an_admin_always_remains(desk, ada, address, form) -> None:
    answer = desk.post(f"/desk/staff/ada/{address}", form)

    assert answer.status_code == 409
    assert "Nobody changes their own role" in answer.content.decode()
    ada.refresh_from_db()
    assert (ada.role, ada.is_active) == ("admin", True)
    assert not AuditEvent.objects.filter(kind__startswith="staff.").exists()


@pytest.mark.parametrize("change", ["lowered", "let go"])
def test_an_admin_who_was_lowered_a_moment_ago_changes_nobody(ada, robin, change) -> None:
    boss = make_moderator("boss", "Bo", Role.ADMIN)
    if change == "lowered":
        staff_changes.change_role(by=boss, username="ada", role="moderator")
    else:
        staff_changes.deactivate(by=boss, username="ada")

    with pytest.raises(NotDone):
        staff_changes.deactivate(by=ada, username="boss")

    assert Moderator.objects.get(username="boss").is_active


@pytest.mark.parametrize(
    ("address", "form", "status"),
    [
        ("robin/role", {"role": "emperor"}, 409),
        ("robin/role", {}, 409),
        ("robin/role", {"role": "moderator"}, 409),
        ("robin/active", {"act": "take_back"}, 409),
        ("robin/active", {"act": "remove"}, 422),
        ("nobody/role", {"role": "lead"}, 404),
    ],
)
def test_a_form_nobody_made_changes_nothing_and_is_answered_calmly(desk, robin, address, form, status) -> None:
    before = list(Moderator.objects.order_by("pk").values())

    answer = desk.post(f"/desk/staff/{address}", form)

    assert answer.status_code == status
    assert list(Moderator.objects.order_by("pk").values()) == before


def test_a_lead_only_case_is_out_of_reach_as_soon_as_someone_no_longer_leads(ada, ash, thread) -> None:
    lead = make_moderator("lou", "Lou", Role.LEAD)
    _, case = cry(ash, thread)
    Case.objects.update(lead_only=True)
    triage.claim(case=case, moderator=lead)

    staff_changes.change_role(by=ada, username="lou", role="moderator")

    assert Case.objects.get().lease_by is None
    assert not triage.claim(case=case, moderator=Moderator.objects.get(username="lou"))
