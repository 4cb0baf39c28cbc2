"""The demo fills an empty site and no other."""

import pytest
from django.core.management import CommandError, call_command

from forum.models import Thread
from moderation.models import Moderator
from peers.models import Peer


def test_a_site_with_one_person_is_not_empty(ash, few) -> None:
    with pytest.raises(CommandError, match="Someone is already here"):
        call_command("demo")

    assert not Moderator.objects.exists()


def test_a_real_site_is_never_filled(db, settings, few) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="LAMPLIGHT_PRODUCTION"):
        call_command("demo")

    assert not Peer.objects.exists()


def test_a_failure_in_the_middle_leaves_the_site_empty(db, few, monkeypatch) -> None:
    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("moderation.demo.dating.date_back", broken)

    with pytest.raises(RuntimeError):
        call_command("demo")

    assert not Peer.objects.exists()
    assert not Thread.objects.exists()
