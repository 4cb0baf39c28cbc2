"""One person's names together: only from a grave case, by two people, for a week, and each look in the log."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum.posting import open_thread
from moderation import linking
from moderation.linking import NotLinked
from moderation.models import AuditEvent, Case, Linking, Moderator, Role
from peers.leaving import Way, leave
from peers.models import Persona
from tests.conftest import draft, make_moderator, make_post
from tests.desk.staff import CRY, HEAVY, Browser, cry, sit_down

pytestmark = pytest.mark.django_db
WHY = "Two goodbyes in one night, perhaps by one person."


@pytest.fixture
def case(ash, thread) -> Case:
    """A crisis case about Ash's name in self-care."""
    return cry(ash, thread)[1]


@pytest.fixture
def elsewhere(ash, rooms) -> dict[str, Persona]:
    """Ash's names in other places, one of them with a case."""
    make_post(ash, rooms["relapse"], HEAVY)
    words = draft("A quiet evening.")
    open_thread(peer=ash, room=rooms["family-and-trust"], draft=words, contract="listen", own_name=True)
    mine = Persona.objects.filter(peer=ash)
    return {"relapse": mine.get(scope="room:relapse"), "own": mine.get(scope__startswith="thread:")}


def asked(browser: Browser, case: Case, why: str = WHY) -> Linking:
    browser.post(f"{case.get_absolute_url()}link", {"body": why})
    return Linking.objects.get()


def to(linked: Linking, what: str) -> str:
    return f"/desk/links/{linked.public_id}/{what}"


@pytest.fixture
def linked(robin, wren, case) -> tuple[Browser, Linking]:
    """Robin asked and Wren confirmed."""
    browser = sit_down(robin)
    found = asked(browser, case)
    sit_down(wren).post(to(found, "confirm"))
    return browser, Linking.objects.get()


def kinds() -> list[str]:
    return list(AuditEvent.objects.filter(kind__startswith="linking.").order_by("id").values_list("kind", flat=True))


def test_two_people_see_the_other_names_with_place_and_cases_and_no_word(linked, elsewhere, case) -> None:
    browser, found = linked

    answer = browser.post(to(found, "show"))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(persona.name in page for persona in elsewhere.values())
    assert "Relapse" in page
    assert "one thread in" in page
    assert "amber" in page
    assert case.author_name not in page
    assert "hopeless" not in page
    assert "quiet evening" not in page


def test_asking_confirming_and_every_look_are_in_the_log_without_reason_name_or_person(linked, elsewhere, ash) -> None:
    browser, found = linked

    browser.post(to(found, "show"))
    browser.post(to(found, "show"))

    assert kinds() == ["linking.requested", "linking.confirmed", "linking.shown", "linking.shown"]
    kept = json.dumps(list(AuditEvent.objects.values("actor", "kind", "case_ref", "data")))
    assert WHY not in kept
    assert str(ash.pk) not in kept
    assert all(persona.name not in kept for persona in elsewhere.values())


def test_nothing_is_shown_before_a_second_person_agrees(robin, case, elsewhere) -> None:
    browser = sit_down(robin)
    found = asked(browser, case)

    early = browser.post(to(found, "show"))

    assert early.status_code == 409
    assert all(persona.name not in early.content.decode() for persona in elsewhere.values())
    assert elsewhere["own"].name not in browser.read(case.get_absolute_url())
    assert "linking.shown" not in kinds()


def test_nobody_is_their_own_second_person(robin, wren, case) -> None:
    browser = sit_down(robin)
    found = asked(browser, case)

    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        answer = sit_down(robin).post(to(found, "confirm"))

    assert answer.status_code == 409
    assert "Somebody else has to confirm this" in answer.content.decode()
    assert Linking.objects.get().confirmed_at is None


@pytest.mark.parametrize(("hours", "confirmed"), [(23, False), (24, True)])
def test_alone_one_confirms_after_a_day_and_the_log_marks_it(robin, wren, host, case, hours, confirmed) -> None:
    Moderator.objects.filter(pk=wren.pk).update(is_active=False)
    found = asked(sit_down(robin), case)

    with time_machine.travel(found.requested_at + timedelta(hours=hours), tick=False):
        sit_down(robin).post(to(found, "confirm"))

    found.refresh_from_db()
    assert (found.confirmed_by == robin, found.single) == (confirmed, confirmed)
    marked = AuditEvent.objects.filter(kind="linking.confirmed").values_list("data", flat=True)
    assert [each["single"] for each in marked] == [True] * confirmed


def test_a_single_lead_is_alone_with_what_is_kept_for_leads(robin, maren, case) -> None:
    Case.objects.filter(pk=case.pk).update(lead_only=True)
    found = asked(sit_down(maren), case)

    with time_machine.travel(found.requested_at + timedelta(hours=24), tick=False):
        browser = sit_down(maren)
        offered = to(found, "confirm") in browser.read("/desk/seconds")
        browser.post(to(found, "confirm"))

    found.refresh_from_db()
    assert (offered, found.confirmed_by, found.single) == (True, maren, True)


def test_two_leads_are_two_for_what_is_kept_for_leads(robin, maren, sorrel, case) -> None:
    Case.objects.filter(pk=case.pk).update(lead_only=True)
    found = asked(sit_down(maren), case)

    with time_machine.travel(found.requested_at + timedelta(hours=24), tick=False):
        assert sit_down(maren).post(to(found, "confirm")).status_code == 409


def test_after_seven_days_the_page_says_so_and_shows_nothing(linked, elsewhere, case, robin) -> None:
    _, found = linked

    with time_machine.travel(found.confirmed_at + timedelta(days=7), tick=False):
        browser = sit_down(robin)
        answer = browser.post(to(found, "show"))
        page = browser.read(case.get_absolute_url())

    assert answer.status_code == 409
    assert "This ended on" in answer.content.decode()
    assert "That is over" in page
    assert all(persona.name not in answer.content.decode() for persona in elsewhere.values())


def test_whoever_is_not_one_of_the_two_sees_nothing(linked, elsewhere) -> None:
    _, found = linked
    third = sit_down(make_moderator("lou", "Lou", Role.ADMIN))

    answer = third.post(to(found, "show"))

    assert answer.status_code == 409
    assert all(persona.name not in answer.content.decode() for persona in elsewhere.values())
    assert "linking.shown" not in kinds()


@pytest.mark.parametrize("way", Way)
def test_of_an_author_who_left_there_is_nothing_to_show(linked, elsewhere, ash, case, way) -> None:
    browser, found = linked
    leave(peer=ash, way=way)

    answer = browser.post(to(found, "show"))

    page = answer.content.decode() + browser.read(case.get_absolute_url())
    assert answer.status_code == 200
    assert "The author has left" in page
    assert all(persona.name not in page for persona in elsewhere.values())
    assert WHY not in page


def test_of_an_author_who_left_nothing_can_be_asked(robin, ash, case) -> None:
    leave(peer=ash, way=Way.KEEP)

    answer = sit_down(robin).post(f"{case.get_absolute_url()}link", {"body": WHY})

    assert answer.status_code == 409
    assert not Linking.objects.exists()


@pytest.mark.parametrize("change", [{"level": 1}, {"state": "resolved", "resolved_at": timezone.now()}])
def test_names_are_linked_from_open_cases_at_red_or_above_alone(robin, wren, case, change) -> None:
    browser = sit_down(robin)
    before = asked(browser, case)
    Case.objects.update(**change)

    confirmed = sit_down(wren).post(to(before, "confirm"))
    Linking.objects.all().delete()
    again = browser.post(f"{case.get_absolute_url()}link", {"body": WHY})

    assert [confirmed.status_code, again.status_code] == [409, 409]
    assert not Linking.objects.exists()


@pytest.mark.parametrize("why", ["", "   ", "x" * 1001])
def test_a_reason_is_needed_and_what_was_written_stays(robin, case, why) -> None:
    answer = sit_down(robin).post(f"{case.get_absolute_url()}link", {"body": why})

    assert answer.status_code == 422
    assert why.strip() in answer.content.decode()
    assert not Linking.objects.exists()


def test_asking_twice_is_asking_once(robin, wren, case) -> None:
    asked(sit_down(robin), case)

    answer = sit_down(wren).post(f"{case.get_absolute_url()}link", {"body": "The same thought."})

    assert answer.status_code == 409
    assert "Someone has asked already" in answer.content.decode()
    assert "The same thought." in answer.content.decode()
    assert Linking.objects.count() == 1


def test_a_second_person_may_say_no_and_it_can_be_asked_for_anew(robin, wren, case) -> None:
    browser = sit_down(robin)
    found = asked(browser, case)

    sit_down(wren).post(to(found, "refuse"))
    late = sit_down(make_moderator("lou", "Lou", Role.LEAD)).post(to(found, "confirm"))
    anew = browser.post(f"{case.get_absolute_url()}link", {"body": WHY})

    assert (late.status_code, anew.status_code) == (409, 302)
    assert kinds() == ["linking.requested", "linking.refused", "linking.requested"]


def test_what_was_asked_by_someone_let_go_is_confirmed_by_nobody(robin, wren, case) -> None:
    found = asked(sit_down(robin), case)
    Moderator.objects.filter(pk=robin.pk).update(is_active=False)

    answer = sit_down(wren).post(to(found, "confirm"))

    assert answer.status_code == 409


def test_a_case_kept_for_leads_links_nothing_for_others(robin, wren, case) -> None:
    browser, second = sit_down(robin), sit_down(wren)
    found = asked(browser, case)
    Case.objects.update(lead_only=True)

    page = second.read("/desk/seconds")
    answers = [second.post(to(found, "confirm")), second.post(to(found, "refuse")), browser.post(to(found, "show"))]

    assert WHY not in page
    assert [answer.status_code for answer in answers] == [404] * 3
    with pytest.raises(NotLinked):
        linking.confirm(linking=found, moderator=wren)


def test_the_linked_view_leaves_out_cases_kept_for_leads(linked, elsewhere, ash, case) -> None:
    browser, found = linked
    Case.objects.exclude(pk=case.pk).update(lead_only=True)

    page = browser.post(to(found, "show")).content.decode()

    assert elsewhere["relapse"].name in page
    assert page.count("No case.") == 2


def test_a_case_says_what_waits_and_the_list_says_who_can_answer(robin, wren, case) -> None:
    browser = sit_down(robin)
    asked(browser, case)

    mine, theirs = browser.read("/desk/seconds"), sit_down(wren).read("/desk/seconds")

    assert "waits for a second person" in browser.read(case.get_absolute_url())
    assert ["Confirm it" in page for page in (mine, theirs)] == [False, True]
    assert "Take it back" in mine
    assert WHY in theirs


def test_the_pages_ask_a_fixed_number_of_questions(linked, elsewhere, ash, rooms, django_assert_num_queries) -> None:
    browser, found = linked
    for slug in ("relationships", "everyday-wins"):
        post = make_post(ash, rooms[slug], CRY)
        linking.ask(case=Case.objects.get(post=post), moderator=found.requested_by, reason=WHY)

    with django_assert_num_queries(7):  # session, moderator, device; what waits; whether there are others; proposals
        waiting = browser.read("/desk/seconds")
    with django_assert_num_queries(16):  # ..., the linking and its case twice; the log; names, cases and places
        browser.post(to(found, "show"))

    assert waiting.count("Take it back") == 2


def refused(name: str, **values) -> None:
    with pytest.raises(IntegrityError) as problem, transaction.atomic():
        Linking.objects.update(**values)

    assert name in str(problem.value)


def test_the_database_itself_refuses_what_must_not_be(linked, robin, wren) -> None:
    _, found = linked
    day = timedelta(days=1)

    refused("linking_by_two", confirmed_by=robin)
    refused("linking_ends_in_a_week", expires_at=found.confirmed_at + 7 * day + timedelta(seconds=1))
    refused("linking_alone_after_a_day", confirmed_by=robin, single=True)
    refused("linking_alone_after_a_day", single=True, confirmed_at=found.requested_at + 2 * day)
    refused("linking_confirmed_whole", expires_at=None)
    refused("linking_has_reason", reason="")
    refused("linking_refused_whole", refused_by=wren, refused_at=found.confirmed_at)


@pytest.mark.parametrize("act", ["ask", "confirm", "refuse", "show"])
def test_nothing_about_names_is_done_that_the_log_does_not_hold(robin, wren, case, act, monkeypatch) -> None:
    found = linking.ask(case=case, moderator=robin, reason=WHY)
    if act == "ask":
        linking.refuse(linking=found, moderator=wren)
    elif act == "show":
        linking.confirm(linking=found, moderator=wren)
    before = list(Linking.objects.values())
    acts = {
        "ask": lambda: linking.ask(case=case, moderator=robin, reason=WHY),
        "confirm": lambda: linking.confirm(linking=found, moderator=wren),
        "refuse": lambda: linking.refuse(linking=found, moderator=wren),
        "show": lambda: linking.show(linking=found, moderator=robin),
    }

    def fails(**_) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("moderation.linking.audit.write", fails)
    with pytest.raises(OSError, match="full"):
        acts[act]()

    assert list(Linking.objects.values()) == before


def test_a_confirmation_that_comes_second_changes_nothing(linked, wren) -> None:
    _, found = linked

    with pytest.raises(NotLinked):
        linking.confirm(linking=found, moderator=wren)
    with pytest.raises(NotLinked):
        linking.refuse(linking=found, moderator=wren)

    assert kinds() == ["linking.requested", "linking.confirmed"]
