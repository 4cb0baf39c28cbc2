"""The door of the desk: three things at once, one answer for every wrong one, and nothing about who came."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from moderation.models import Moderator, Role
from peers.models import Peer, Session
from peers.who import peer_of
from tests.conftest import make_moderator
from tests.desk.staff import PASSWORD, Browser, code_of, cry, sit_down
from tests.peers.browser import speaks_as

pytestmark = pytest.mark.django_db
NOT_RIGHT = "That did not open the desk"


@pytest.mark.parametrize(
    "wrong", [{"username": "nobody"}, {"password": "another long password"}, {"code": "000000"}, {"code": "no digits"}]
)
def test_whatever_is_wrong_the_answer_is_the_same(robin, wrong) -> None:
    right = {"username": "robin", "password": PASSWORD, "code": code_of(robin)}

    answer = Browser().post("/desk/sign-in", {**right, **wrong})

    assert answer.status_code == 422
    assert NOT_RIGHT in answer.content.decode()


@pytest.mark.parametrize("odd", [{"username": "ro\x00bin"}, {"username": "robin\x1b"}, {"code": "\x00{code}\x7f"}])
def test_controls_that_nobody_typed_are_taken_out_of_name_and_code(robin, odd) -> None:
    code = code_of(robin)
    right = {"username": "robin", "password": PASSWORD, "code": code}

    answer = Browser().post(
        "/desk/sign-in", {**right, **{name: value.format(code=code) for name, value in odd.items()}}
    )

    assert answer.status_code == 302


@pytest.mark.parametrize("odd", [{"username": "ro\ufffdbin"}, {"code": "\ufffd1"}, {"password": "a\x00b"}])
def test_what_did_not_arrive_whole_is_asked_for_again_in_plain_words(robin, odd) -> None:
    right = {"username": "robin", "password": PASSWORD, "code": code_of(robin)}

    answer = Browser().post("/desk/sign-in", {**right, **odd})

    assert answer.status_code == 422
    assert "did not arrive whole" in answer.content.decode()


def test_without_a_code_nobody_comes_in(robin) -> None:
    answer = Browser().post("/desk/sign-in", {"username": "robin", "password": PASSWORD})

    assert answer.status_code == 422


def test_a_password_alone_opens_no_page_of_the_desk(client, robin) -> None:
    client.force_login(robin)

    answer = client.get("/desk/")

    assert (answer.status_code, answer["Location"]) == (302, "/desk/sign-in?next=/desk/")


def test_a_code_opens_the_desk_once(robin) -> None:
    code = code_of(robin)
    right = {"username": "robin", "password": PASSWORD, "code": code}

    first, second = Browser().post("/desk/sign-in", right), Browser().post("/desk/sign-in", right)

    assert (first.status_code, second.status_code) == (302, 422)


def test_staff_speak_as_their_public_voice(robin) -> None:
    browser = sit_down(robin)

    assert peer_of(browser.client.session) == robin.peer
    assert Session.objects.get().peer == robin.peer


def test_signing_in_gives_a_new_session_and_ends_the_private_one(client, ash, robin) -> None:
    speaks_as(client, ash)
    private = client.session
    private["drafts"] = "the name Ash's drafts are kept under"
    private.save()
    planted = private.session_key
    browser = Browser()
    browser.client = client

    answer = browser.post("/desk/sign-in", {"username": "robin", "password": PASSWORD, "code": code_of(robin)})

    assert answer.status_code == 302
    assert client.session.session_key != planted
    assert "drafts" not in client.session
    assert not Session.objects.filter(peer=ash).exists()


def test_signing_out_ends_both(robin) -> None:
    browser = sit_down(robin)

    browser.post("/desk/sign-out")

    assert browser.get("/desk/").status_code == 302
    assert not Session.objects.exists()


def test_too_many_tries_have_to_wait(robin) -> None:
    wrong = {"username": "robin", "password": "another long password", "code": "000000"}
    answers = [Browser().post("/desk/sign-in", wrong).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


def test_a_peer_cannot_enter(ash) -> None:
    assert Browser(ash).get("/desk/").status_code == 302


@pytest.mark.parametrize("address", ["/desk/", "/desk/queue"])
def test_a_host_is_told_that_the_desk_is_for_moderators(address) -> None:
    river = make_moderator("river", "River", Role.HOST)

    answer = sit_down(river).get(address)

    assert answer.status_code == 403
    assert "The desk is for moderators" in answer.content.decode()


def test_a_host_opens_no_case(ash, thread) -> None:
    river = make_moderator("river", "River", Role.HOST)
    _, case = cry(ash, thread)

    assert sit_down(river).get(case.get_absolute_url()).status_code == 403


def test_someone_who_no_longer_works_here_is_out_at_once(robin) -> None:
    browser = sit_down(robin)

    Moderator.objects.update(is_active=False)

    assert browser.get("/desk/").status_code == 302


def test_the_page_one_wanted_opens_after_signing_in_and_only_ours(robin, wren) -> None:
    wanted = {"username": "robin", "password": PASSWORD, "code": code_of(robin), "next": "/desk/?nothing=1"}
    elsewhere = {"username": "wren", "password": PASSWORD, "code": code_of(wren), "next": "//example.org/desk/"}

    assert Browser().post("/desk/sign-in", wanted)["Location"] == "/desk/?nothing=1"
    assert Browser().post("/desk/sign-in", elsewhere)["Location"] == "/desk/"


def test_the_sign_in_page_sets_no_cookie_and_asks_the_database_nothing(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/desk/sign-in")

    assert answer.status_code == 200
    assert not answer.cookies


def test_words_sent_after_the_session_ended_come_back(robin, ash, thread) -> None:
    _, case = cry(ash, thread)

    answer = Browser().post(f"{case.get_absolute_url()}decide", {"body": "A long and careful note."})

    assert answer.status_code == 403
    assert "A long and careful note." in answer.content.decode()


def test_add_moderator_makes_someone_who_can_sign_in() -> None:
    out = StringIO()

    call_command("add_moderator", "robin", "--staff-name", "Robin", "--role", "moderator", stdout=out)

    printed = out.getvalue()
    robin = Moderator.objects.get()
    password = printed.split("Password (shown once): ")[1].split()[0]
    assert "otpauth://totp/Lamplight" in printed
    assert robin.check_password(password)
    assert (robin.role, robin.public_name, robin.peer.is_staff_voice) == ("moderator", "Robin", True)
    form = {"username": "robin", "password": password, "code": code_of(robin)}
    assert Browser().post("/desk/sign-in", form).status_code == 302


@pytest.mark.parametrize("name", ["robin", "rules", "worker", "Robin Redbreast", "r", ""])
def test_add_moderator_refuses_names_that_would_not_do(robin, name) -> None:
    with pytest.raises(CommandError):
        call_command("add_moderator", name, "--staff-name", "Someone New", "--role", "moderator")

    assert Peer.objects.count() == 1
    assert not TOTPDevice.objects.exists()
