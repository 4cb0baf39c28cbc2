"""Which role goes through which door of the desk: every address there is, against one table."""

import itertools
import re

import pytest

from moderation import urls
from moderation.capabilities import ALLOWS, Capability, allows, roles_with, who_may
from moderation.models import Linking, Moderator, Role
from tests.conftest import make_moderator
from tests.desk.staff import Browser, cry, sit_down

pytestmark = pytest.mark.django_db

DESK = {"moderator", "lead", "admin"}
LEADS = {"lead", "admin"}
ADMINS = {"admin"}
ANYONE = {"nobody", "host", "moderator", "lead", "admin"}
# Every address of the desk and who goes in. An address that is not here fails the test: decide who may, then add it.
TABLE: dict[str, set[str]] = {
    "desk/": DESK,
    "desk/queue": DESK,
    "desk/next": DESK,
    "desk/alike": DESK,
    "desk/alike/take": DESK,
    "desk/alike/keep": DESK,
    "desk/alike/decide": DESK,
    "desk/shift": DESK,
    "desk/sign-in": ANYONE,
    "desk/sign-out": ANYONE,
    "desk/me": DESK,
    "desk/me/later": DESK,
    "desk/handover": DESK,
    "desk/handover/<slug:ref>/read": DESK,
    "desk/rules/": LEADS,
    "desk/rules/changes/<int:number>": LEADS,
    "desk/rules/replays/<int:number>/": LEADS,
    "desk/rules/replays/<int:number>/reveal": LEADS,
    "desk/rules/<slug:ref>/": LEADS,
    "desk/rules/<slug:ref>/files/<str:file>": LEADS,
    "desk/rules/<slug:ref>/replay": LEADS,
    "desk/rules/<slug:ref>/ask": LEADS,
    "desk/rules/<slug:ref>/shadow": LEADS,
    "desk/rules/<slug:ref>/end-shadow": LEADS,
    "desk/rules/<slug:ref>/roll-back": LEADS,
    "desk/rota": DESK,
    "desk/rota/drop": LEADS,
    "desk/rota/address": DESK,
    "desk/drills": DESK,
    "desk/staff": ADMINS,
    "desk/staff/<slug:username>/role": ADMINS,
    "desk/staff/<slug:username>/active": ADMINS,
    "desk/threads/<slug:public_id>/": DESK,
    "desk/threads/<slug:public_id>/move": DESK,
    "desk/threads/<slug:public_id>/keep": DESK,
    "desk/mode": LEADS,
    "desk/mode/rota": LEADS,
    "desk/mode/unattended": LEADS,
    "desk/board": LEADS,
    "desk/board/breaches": LEADS,
    "desk/board/disagreements": LEADS,
    "desk/reviews/next": DESK,
    "desk/reviews/reveal": DESK,
    "desk/reviews/answer": DESK,
    "desk/reviews/let-go": DESK,
    "desk/seconds": DESK,
    "desk/cases/<slug:ref>/link": DESK,
    "desk/links/<slug:link>/confirm": DESK,
    "desk/links/<slug:link>/refuse": DESK,
    "desk/links/<slug:link>/show": DESK,
    "desk/cases/<slug:ref>/": DESK,
    "desk/cases/<slug:ref>/claim": DESK,
    "desk/cases/<slug:ref>/let-go": DESK,
    "desk/cases/<slug:ref>/offer": DESK,
    "desk/cases/<slug:ref>/hand-over": DESK,
    "desk/cases/<slug:ref>/reveal": DESK,
    "desk/cases/<slug:ref>/cover": DESK,
    "desk/cases/<slug:ref>/decide": DESK,
    "desk/cases/<slug:ref>/preview": DESK,
    "desk/cases/<slug:ref>/lower": DESK,
    "desk/cases/<slug:ref>/second": DESK,
    "desk/cases/<slug:ref>/withdraw": DESK,
    "desk/cases/<slug:ref>/appeal": DESK,
    "desk/cases/<slug:ref>/complaint": DESK,
    "desk/cases/<slug:ref>/close": DESK,
    "desk/cases/<slug:ref>/undo": DESK,
    "desk/cases/<slug:ref>/message": DESK,
}


def desk_addresses() -> set[str]:
    return {str(each.pattern) for each in urls.urlpatterns if str(each.pattern).startswith("desk/")}


def test_every_address_of_the_desk_is_in_the_table_and_no_other() -> None:
    assert desk_addresses() == set(TABLE)


@pytest.fixture
def visitors(db) -> dict[str, Browser]:
    staff = {role: sit_down(make_moderator(f"a-{role}", f"A {role}", role)) for role in Role.values}
    return {"nobody": Browser(), **staff}


def went_in(browser: Browser, address: str, method: str) -> bool:
    """Whether the view itself answered: whatever it said, the door did not."""
    answer = browser.get(address) if method == "get" else browser.post(address)
    is_door = answer.status_code == 403 or answer.get("Location", "").startswith("/desk/sign-in?")
    return answer.status_code != 405 and not is_door


def test_each_role_goes_in_where_the_table_says_and_nowhere_else(visitors, robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    link = Linking.objects.create(case=case, requested_by=robin, reason="Two goodbyes in one night.")
    parts = {"ref": case.public_id, "username": robin.username, "link": link.public_id, "public_id": thread.public_id}
    parts |= {"number": "1", "file": "spam.toml"}
    entered = {}

    for pattern in sorted(TABLE, key=lambda each: each == "desk/sign-out"):  # after which nobody is signed in
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda part: parts[part[1]], pattern)
        entered[pattern] = {
            name for name, browser in visitors.items() if any(went_in(browser, address, how) for how in ("get", "post"))
        }

    assert entered == TABLE


@pytest.mark.parametrize("role", ["host", "moderator"])
def test_a_closed_door_says_whom_it_is_open_to_and_gives_the_words_back(role) -> None:
    browser = sit_down(make_moderator("sam", "Sam", role))

    answer = browser.post("/desk/staff/sam/role", {"body": "A long and careful note.", "role": "admin"})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "A long and careful note." in page
    assert ("admins" in page) == (role == "moderator")
    assert Moderator.objects.get().role == role


def test_the_table_of_capabilities_knows_exactly_the_roles_there_are() -> None:
    assert set(ALLOWS) == set(Role.values)
    assert [len(ALLOWS[role]) for role in ("host", "admin")] == [0, len(Capability)]


def test_each_role_may_what_the_one_before_may() -> None:
    ordered = [ALLOWS[role] for role in ("host", "moderator", "lead", "admin")]

    assert all(less < more for less, more in itertools.pairwise(ordered))


def test_whoever_looks_after_staff_also_leads_so_that_somebody_always_does() -> None:
    assert set(roles_with(Capability.STAFF)) <= set(roles_with(Capability.LEAD_CASES))


@pytest.mark.parametrize("capability", Capability)
def test_a_role_nobody_knows_and_someone_let_go_may_nothing(capability) -> None:
    assert not allows("emperor", capability)
    assert not Moderator(role="admin", is_active=False).can(capability)
    assert who_may(capability).endswith("One of them can help you with it.")
