"""Alerts by e-mail: to those addressed and nobody else, without a word, each address by itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from moderation import staffing
from moderation.models import Moderator, Outbox
from moderation.sending import GAVE_UP, MAIL_KEPT, NO_ADDRESS, due_messages, send, wait_after
from moderation.tending import pass_on, tend
from tests.desk.staff import CRY, cry
from tests.moderation.smtp import MailServer, mail_server


@pytest.fixture
def post_office(settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
        yield server


@pytest.fixture
def team(robin, wren) -> list[Moderator]:
    """Robin is on shift and Wren on call; both gave an address."""
    for each in (robin, wren):
        staffing.set_alert_email(moderator=each, address=f"{each.username}@example.org")
    staffing.start_shift(moderator=robin, hours=1)
    staffing.be_on_call(moderator=wren, on_call=True)
    return [robin, wren]


def mails() -> list[Outbox]:
    return list(Outbox.objects.filter(kind="mail").order_by("pk"))


def test_only_those_whom_the_step_addresses_are_written_to(post_office, team, ash, thread, time_machine) -> None:
    _, case = cry(ash, thread)
    pass_on("mail")
    first = [to for to, _ in post_office.letters]

    for seconds in (121, 241):
        time_machine.move_to(case.opened_at + timedelta(seconds=seconds), tick=False)
        tend()

    assert first == ["robin@example.org"]
    assert [to for to, _ in post_office.letters[1:]] == ["wren@example.org", "robin@example.org", "wren@example.org"]


def test_a_letter_says_how_urgent_how_old_and_where_and_nothing_of_anyone(post_office, team, ash, thread) -> None:
    post, case = cry(ash, thread)

    pass_on("mail")

    ((_, letter),) = post_office.letters
    name = post.persona.name if post.persona else "missing"
    assert "Subject: Lamplight: crisis, waiting for 0 min" in letter
    assert f"/desk/cases/{case.public_id}/" in letter
    assert all(secret not in letter for secret in (CRY, "tonight", name, str(ash.pk), "Drill"))
    assert not any("@" in str(row.payload) for row in Outbox.objects.all())


def test_an_address_that_fails_waits_by_itself(post_office, team, ash, thread, settings) -> None:
    staffing.start_shift(moderator=team[1], hours=1)
    post_office.refuses = {"robin@example.org"}
    cry(ash, thread)
    now = timezone.now()

    pass_on("mail", now=now)

    refused, taken = mails()
    assert [to for to, _ in post_office.letters] == ["wren@example.org"]
    assert (refused.sent_at, refused.attempts, refused.next_try_at) == (None, 1, now + wait_after(1))
    assert taken.payload["sent_to"] == "e-mail"


def test_a_lost_server_is_tried_again_and_nothing_is_sent_twice(post_office, team, ash, thread, settings) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    cry(ash, thread)
    now = timezone.now()
    lost = pass_on("mail", now=now)
    at_once = due_messages(now + timedelta(seconds=1), "mail")

    settings.EMAIL_PORT = port
    later = now + timedelta(minutes=1)
    came = [pass_on("mail", now=later), pass_on("mail", now=later + timedelta(hours=1))]

    assert (lost, at_once, came) == (0, [], [1, 0])
    assert len(post_office.letters) == 1


def test_two_workers_with_the_same_letter_send_it_once(post_office, team, ash, thread) -> None:
    cry(ash, thread)
    (one,), (same,) = mails(), mails()

    sent = [send(one, now=timezone.now()), send(same, now=timezone.now())]

    assert sent == [True, False]
    assert len(post_office.letters) == 1


@pytest.mark.parametrize("change", [{"alert_email": ""}, {"is_active": False}])
def test_who_took_their_address_back_or_left_gets_nothing_more(post_office, team, ash, thread, change) -> None:
    cry(ash, thread)
    Moderator.objects.filter(username="robin").update(**change)

    pass_on("mail")

    assert post_office.letters == []
    assert mails()[0].payload["sent_to"] == NO_ADDRESS


def test_a_letter_nobody_took_for_a_day_is_given_up(post_office, team, ash, thread) -> None:
    cry(ash, thread)

    pass_on("mail", now=timezone.now() + MAIL_KEPT + timedelta(minutes=1))

    assert post_office.letters == []
    assert mails()[0].payload["sent_to"] == GAVE_UP


def test_without_a_mail_server_nobody_is_written_to(team, ash, thread) -> None:
    cry(ash, thread)

    assert mails() == []
    assert Outbox.objects.get().payload["mailed"] == 0


def test_the_two_channels_are_worked_on_apart(post_office, team, ash, thread) -> None:
    cry(ash, thread)

    by_channel = [[row.kind for row in due_messages(timezone.now(), channel)] for channel in ("webhook", "mail")]

    assert by_channel == [["alert"], ["mail"]]


def test_where_alerts_go_is_told_by_who_can_be_reached(post_office, robin, client, settings) -> None:
    nobody = client.get("/readyz").json()["alerts_go_to"]
    staffing.set_alert_email(moderator=robin, address="robin@example.org")
    by_mail = client.get("/readyz").json()["alerts_go_to"]
    settings.ALERT_WEBHOOK = "https://alerts.example/hook"
    both = client.get("/readyz").json()["alerts_go_to"]

    assert nobody.startswith("nobody")
    assert (by_mail, both) == ("e-mail to 1", "webhook and e-mail to 1")


def test_a_lost_database_does_not_hide_where_alerts_go(post_office, client, db) -> None:
    def down(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(down):
        answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["alerts_go_to"]) == (503, "e-mail")


def test_a_row_without_a_web_hook_says_that_only_mail_left(post_office, team, ash, thread, settings) -> None:
    settings.ALERT_WEBHOOK = ""
    cry(ash, thread)

    pass_on("webhook")

    assert Outbox.objects.get(kind="alert").payload["sent_to"] == "no web hook; e-mail to 1"


def test_the_address_can_be_given_when_someone_is_added(db) -> None:
    call_command("add_moderator", "lark", "--staff-name", "Lark", "--email", "lark@example.org")

    assert Moderator.objects.get(username="lark").alert_email == "lark@example.org"
    with pytest.raises(CommandError):
        call_command("add_moderator", "wing", "--staff-name", "Wing", "--email", "nowhere")
    assert not Moderator.objects.filter(username="wing").exists()
