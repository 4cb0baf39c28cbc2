"""However often server and worker die: nothing acknowledged is lost or done twice. Long: bench/desk_kills.py."""

from tests.killing import kill_under_load
from tests.site import running_site


def test_nothing_acknowledged_is_lost_when_server_and_worker_are_killed() -> None:
    with running_site(worker=True) as site:
        outcome = kill_under_load(site, kills=4)

    assert len(outcome.acknowledged) >= 16
    assert len(outcome.decided) >= 4
    assert outcome.faults == []
