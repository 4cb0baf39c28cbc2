"""Alerts leave the site: signed, without words, tried again, and never said to have reached someone they did not."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.management import call_command
from django.utils import timezone

from forum.posting import submit_post
from moderation.models import Outbox
from moderation.sending import LONGEST_WAIT, NOBODY, alert_key, due_messages, send, wait_after
from tests.conftest import draft

DARK = "I am going to end my life tonight"


class Receiver(HTTPServer):
    """Whoever is told. Answers with `status`, remembers what came."""

    status = 204

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.came: list[tuple[str, bytes]] = []


class Answer(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.headers["X-Lamplight-Signature"], body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    server = Receiver()
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    settings.ALERT_WEBHOOK = f"http://127.0.0.1:{server.server_port}/alert"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def message(ash, thread) -> Outbox:
    submit_post(peer=ash, place=thread, draft=draft(DARK))
    return Outbox.objects.get()


def test_an_alert_is_signed_and_holds_no_words_and_no_names(receiver, message, ash) -> None:
    sent = send(message, now=timezone.now())

    ((signature, body),) = receiver.came
    at, signed = (part.split("=", 1)[1] for part in signature.split(","))
    expected = hmac.new(alert_key().encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    told = json.loads(body)
    assert sent
    assert hmac.compare_digest(signed, expected)
    assert set(told) == {"key", "kind", "level", "waiting_seconds", "step", "audience", "mailed", "link"}
    assert all(secret not in body.decode() for secret in (DARK, str(ash.pk), ash.personas.get().name))
    assert Outbox.objects.get().payload["sent_to"] == "webhook"


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_a_refused_alert_is_tried_again_later_and_goes_nowhere_else(receiver, message, status) -> None:
    receiver.status = status
    now = timezone.now()

    assert not send(message, now=now)

    message.refresh_from_db()
    assert (message.sent_at, message.attempts) == (None, 1)
    assert message.next_try_at == now + wait_after(1)
    assert len(receiver.came) == 1

    receiver.status = 204
    assert due_messages(now) == []
    (again,) = due_messages(message.next_try_at)
    assert send(again, now=message.next_try_at)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "file:///etc/hostname", "nonsense", "http://[::1"])
def test_a_destination_that_does_not_answer_never_stops_the_worker(settings, message, address) -> None:
    settings.ALERT_WEBHOOK = address

    assert not send(message, now=timezone.now())

    assert Outbox.objects.get().sent_at is None


def test_two_workers_with_the_same_message_send_it_once(receiver, message) -> None:
    same = Outbox.objects.get()

    sent = [send(message, now=timezone.now()), send(same, now=timezone.now())]

    assert sent == [True, False]
    assert len(receiver.came) == 1


def test_without_a_destination_the_row_says_that_nobody_was_told(settings, message, client) -> None:
    settings.ALERT_WEBHOOK = ""

    send(message, now=timezone.now())

    assert Outbox.objects.get().payload["sent_to"] == NOBODY
    assert due_messages(timezone.now() + timedelta(days=1)) == []
    assert client.get("/readyz").json()["alerts_go_to"].startswith("nobody")


def test_waiting_grows_and_has_an_end() -> None:
    waits = [wait_after(n) for n in range(1, 40)]

    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=2)
    assert waits[-1] == LONGEST_WAIT


def test_the_key_given_away_is_not_the_site_s_own(settings, capsys) -> None:
    call_command("alert_key")

    printed = capsys.readouterr().out.strip()
    assert printed == alert_key()
    assert settings.SECRET_KEY not in printed
