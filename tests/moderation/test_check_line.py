"""Checking a helpline by command."""

import pytest
from django.core.management import CommandError, call_command

from moderation.help.checks import read_checks
from moderation.resources import checks_path


def test_a_check_is_written_and_read_by_the_help_page(settings, tmp_path, client) -> None:
    settings.DATA_DIR = tmp_path

    call_command("check_line", "gb-samaritans", "--by", "Robin", "--hours-confirmed")

    assert read_checks(checks_path())["gb-samaritans"].checked_by == "Robin"
    assert b"Open now" in client.get("/help?country=GB").content


def test_an_unknown_line_and_a_nameless_check_are_refused(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path

    with pytest.raises(CommandError, match="There is no line"):
        call_command("check_line", "gb-nowhere", "--by", "Robin")
    with pytest.raises(CommandError, match="Say who"):
        call_command("check_line", "gb-samaritans", "--by", " ")

    assert not checks_path().exists()
