"""A site that could not keep its promises does not start."""

import json
import re
import secrets
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from config import env
from forum.intake import intake
from moderation import table
from moderation.help import register


@pytest.fixture
def fresh_intake():
    intake.cache_clear()
    yield
    intake.cache_clear()


@pytest.mark.parametrize(
    ("names", "fault"),
    [("moderation.intake.NOBODY", "forum.E001"), ("nowhere.at_all", "forum.E001"), ("forum.notes.ALL", "forum.E002")],
)
def test_without_someone_who_judges_nothing_starts(fresh_intake, settings, names, fault) -> None:
    settings.FORUM_INTAKE = names

    with pytest.raises(SystemCheckError, match=fault):
        call_command("check")


@pytest.mark.parametrize("names", ["nowhere.at_all", "moderation.live_beside.MOST_NOTES"])
def test_with_nobody_to_ask_about_a_live_room_nothing_starts(settings, names) -> None:
    settings.FORUM_LIVE_CARE = names

    with pytest.raises(SystemCheckError, match=r"forum.E003"):
        call_command("check")


def test_with_a_blank_cell_in_the_decision_table_nothing_starts(monkeypatch, tmp_path) -> None:
    before, row, after = table.TABLE.read_text().partition("\n[suicide]\n")
    broken = tmp_path / "table.toml"
    broken.write_text(before + row + re.sub(r"\nred = .*", "", after, count=1))
    monkeypatch.setattr(table.load, "__defaults__", (broken,))

    with pytest.raises(SystemCheckError, match=r"moderation.E001.*suicide.red: the cell is blank"):
        call_command("check")


@pytest.fixture
def fresh_register():
    register.register.cache_clear()
    yield
    register.register.cache_clear()


def test_with_a_dead_number_among_the_lines_nothing_starts(fresh_register, monkeypatch, tmp_path) -> None:
    data = json.loads(register.DATA.read_text(encoding="utf-8"))
    data["deny_list"].append({"country": "GB", "number": "116 123", "why": "this is a test"})
    broken = tmp_path / "helplines.json"
    broken.write_text(json.dumps(data))
    monkeypatch.setattr(register, "DATA", broken)

    with pytest.raises(SystemCheckError, match=r"moderation.E002.*116 123"):
        call_command("check")


def test_with_a_part_of_leaving_that_is_not_there_nothing_starts(settings) -> None:
    settings.PEERS_LEAVING = ["moderation.leaving.forgot"]

    with pytest.raises(SystemCheckError, match=r"peers.E001"):
        call_command("check")


def test_a_deployment_over_plain_http_is_warned_of(settings) -> None:
    settings.SESSION_COOKIE_SECURE = False

    with pytest.raises(SystemCheckError, match=r"peers.W001"):
        call_command("check", deploy=True, fail_level="WARNING")


def test_a_database_server_needs_secrets_that_every_machine_shares(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LAMPLIGHT_PEPPER", raising=False)

    with pytest.raises(ImproperlyConfigured, match="LAMPLIGHT_PEPPER"):
        env.secret("PEPPER", beside=tmp_path, may_create=False)


def test_a_secret_made_on_first_use_is_long_and_stays_the_same(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LAMPLIGHT_PEPPER", raising=False)

    made = [env.secret("PEPPER", beside=tmp_path, may_create=True) for _ in range(2)]

    assert made[0] == made[1]
    assert len(made[0]) >= 50
    assert (tmp_path / "secrets" / "pepper").stat().st_mode & 0o077 == 0


def test_a_second_process_never_reads_half_a_secret(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LAMPLIGHT_PEPPER", raising=False)
    random, of_second = secrets.token_urlsafe, list[str]()

    def as_a_second_process_starts(size: int) -> str:
        monkeypatch.setattr(secrets, "token_urlsafe", random)
        of_second.append(env.secret("PEPPER", beside=tmp_path, may_create=True))
        return random(size)

    monkeypatch.setattr(secrets, "token_urlsafe", as_a_second_process_starts)

    of_first = env.secret("PEPPER", beside=tmp_path, may_create=True)

    assert of_second == [of_first]
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["pepper"]
