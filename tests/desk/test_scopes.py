"""A moderator sees of a person what belongs to the case: this name in this room. Every page of the desk is read."""

import re
from collections.abc import Iterator

import pytest

from forum.posting import open_thread, submit_post
from moderation import linking, urls
from moderation.models import Case, Linking
from peers.models import Persona
from tests.conftest import draft, make_moderator, make_post, make_thread
from tests.desk.staff import CRY, Browser, cry, decision, sit_down, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(ash, blue, rooms, session) -> dict[str, str]:
    """One person's names: in self-care with a case, in another room with a case, and in three places without one."""
    cry(ash, make_thread(ash, rooms["self-care"], "I slept four hours."))
    make_post(ash, rooms["relapse"], CRY)
    make_post(ash, rooms["relationships"], "We made tea together.")
    calm = draft("A quiet evening.")
    open_thread(peer=ash, room=rooms["self-care"], draft=calm, contract="listen", own_name=True)
    submit_post(peer=ash, place=session, draft=draft("Good evening."))
    found = {each.scope: each.name for each in Persona.objects.filter(peer=ash)}
    assert len(found) == len(set(found.values())) == 5
    return found


def case_in(slug: str) -> Case:
    return Case.objects.get(room__slug=slug)


def filled(case: Case) -> Iterator[str]:
    """Every address of the desk, as it is for this case."""
    link = Linking.objects.filter(case=case).first()
    for each in urls.urlpatterns:
        address = f"/{each.pattern}"
        if address.startswith("/desk/") and address != "/desk/sign-out":
            thread = case.post.thread.public_id if case.post and case.post.thread else ""
            known = {"ref": case.public_id, "link": link.public_id if link else "", "username": "robin"}
            known["public_id"] = thread
            yield re.sub(r"<slug:(\w+)>", lambda found: known[found[1]], address)  # noqa: B023  (used at once)


def everything_of(browser: Browser, case: Case) -> str:
    """Every page of the desk by reading, and by sending its empty form, but for the one that shows names together."""
    pages = []
    for address in filled(case):
        pages.append(browser.get(address).content.decode())
        if not address.endswith(("/show", "/shift", "/let-go", "/role", "/active")):
            pages.append(browser.post(address).content.decode())
    return "\n".join(pages)


@pytest.mark.parametrize("role", ["moderator", "admin"])
def test_no_page_of_the_desk_shows_a_name_that_no_case_is_about(names, wren, role) -> None:
    browser = sit_down(make_moderator("robin", "Robin", role))
    case = case_in("self-care")
    linking.ask(case=case, moderator=wren, reason="Two goodbyes in one night.")
    page = take(browser, case, reveal=True)
    browser.post(f"{case.get_absolute_url()}decide", {**decision(page), "action": ""})

    shown = everything_of(browser, case)

    assert names["room:self-care"] in shown
    hidden = [name for scope, name in names.items() if scope not in ("room:self-care", "room:relapse")]
    assert len(hidden) == 3
    assert [name for name in hidden if name in shown] == []


def test_a_case_links_to_no_case_of_the_same_person_under_another_name(names, robin) -> None:
    here, elsewhere = case_in("self-care"), case_in("relapse")
    browser = sit_down(robin)

    page = take(browser, here, reveal=True)

    waiting, beside = page.split('class="desk-case"')
    assert elsewhere.public_id in waiting  # the queue lists it, as it lists everyone's
    assert elsewhere.public_id not in beside
    assert names["room:relapse"] not in beside
    assert "No other case." in beside


def test_a_confirmed_linking_shows_names_on_its_own_page_and_on_no_other(names, robin, wren) -> None:
    case = case_in("self-care")
    asked = linking.ask(case=case, moderator=robin, reason="Two goodbyes in one night.")
    linking.confirm(linking=asked, moderator=wren)
    browser = sit_down(robin)
    take(browser, case, reveal=True)

    together = browser.post(f"/desk/links/{asked.public_id}/show").content.decode()
    shown = everything_of(browser, case)

    assert all(name in together for scope, name in names.items() if scope != "room:self-care")
    hidden = [name for scope, name in names.items() if scope not in ("room:self-care", "room:relapse")]
    assert [name for name in hidden if name in shown] == []
