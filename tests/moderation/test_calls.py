""" "I need help now": a human is called in any state of the room, and help is in the same answer."""

import pytest

from forum.live.hosting import move, step_out
from forum.live.states import Act
from forum.models import LiveSession
from forum.posting import submit_post
from moderation.calling import call_for_help
from moderation.models import Case, Level, Outbox, Signal, Source
from tests.conftest import draft

SAME = {"Sec-Fetch-Site": "same-origin"}


def test_a_call_is_a_crisis_case_that_rings_and_is_answered_with_help(client, session) -> None:
    answer = client.post(f"/live/{session.public_id}/call?country=GB", headers=SAME)

    assert answer.status_code == 200
    assert b'href="tel:999"' in answer.content
    assert b"116 123" in answer.content
    case = Case.objects.open().get()
    assert case.level == Level.CRISIS
    assert Signal.objects.get(case=case).source == Source.CALL
    assert Outbox.objects.count() == 1


@pytest.mark.parametrize("state", ["lobby", "holding", "closed"])
def test_a_call_works_in_every_state_of_the_room(client, session, host, state) -> None:
    if state == "lobby":
        LiveSession.objects.filter(pk=session.pk).update(state="lobby")
    elif state == "holding":
        step_out(host=host, session=session)
    else:
        move(host=host, session=session, act=Act.CLOSE)

    assert client.post(f"/live/{session.public_id}/call", headers=SAME).status_code == 200
    assert Case.objects.open().count() == 1


@pytest.mark.parametrize("path", ["/live/%00/call", "/live/a%00/call", "/live/%F0%9F%8D%B5/call"])
def test_a_call_from_an_address_of_strange_letters_is_not_there(client, db, path) -> None:
    assert client.post(path, headers=SAME).status_code == 404


def test_calling_again_joins_the_first_call_and_rings_once(ash, session) -> None:
    submit_post(peer=ash, place=session, draft=draft("hello"))

    first = call_for_help(session=session, peer=ash)
    again = call_for_help(session=session, peer=ash)

    assert first.pk == again.pk
    assert Case.objects.get().author_name == ash.personas.get(scope=session.scope).name
    assert Outbox.objects.count() == 1


def test_callers_without_a_name_do_not_hide_each_other(session) -> None:
    one = call_for_help(session=session, peer=None)
    two = call_for_help(session=session, peer=None)

    assert one.pk != two.pk


def test_a_flood_of_calls_loses_none_and_opens_one_more_case(session) -> None:
    for _ in range(5):
        call_for_help(session=session, peer=None, may_open=lambda: False)

    assert Case.objects.count() == 1
    assert Case.objects.get().version == 5


def test_without_anyone_on_shift_the_answer_says_so(client, session) -> None:
    page = client.post(f"/live/{session.public_id}/call", headers=SAME).content.decode()

    assert "No moderator is on shift right now" in page
    assert "has been told" not in page


def test_only_a_form_of_this_site_calls(client, session) -> None:
    assert client.get(f"/live/{session.public_id}/call").status_code == 405
    assert client.post(f"/live/{session.public_id}/call", headers={"Origin": "https://x.example"}).status_code == 403
    assert client.post("/live/nowhere/call", headers=SAME).status_code == 404
    assert not Case.objects.exists()


def test_a_second_call_costs_a_known_number_of_queries(client, session, ash, django_assert_num_queries) -> None:
    call_for_help(session=session, peer=ash)

    with django_assert_num_queries(28):  # session, case, signal, deadlines, audit, alert; who is on shift
        answer = client.post(f"/live/{session.public_id}/call", headers=SAME)

    assert answer.status_code == 200
