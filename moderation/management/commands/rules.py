"""The rules lab on the command line: `manage.py rules list | add | replay | work` (docs/rules-lab.md)."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from moderation import rules_kept, rules_replay
from moderation.models import Replay, ReplayState, RuleChange, RuleSet
from moderation.risk.vocabulary import RuleFileError, rule_files

NICER = 10  # a replay gives way to whoever waits for a page


class Command(BaseCommand):
    help = "Keep sets of rules, and show what a candidate would have flagged. Activating one is done on the desk."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="every set kept, the one in force marked")
        add = acts.add_parser("add", help="check a folder of rule files and keep it as a candidate")
        add.add_argument("folder", type=Path, help="all rule files of the set, as in moderation/risk/rules")
        add.add_argument("--note", required=True, help="what was changed, and why")
        replay = acts.add_parser("replay", help="what a candidate would have flagged, now and in this process")
        replay.add_argument("hash", help="the beginning of the candidate's hash")
        replay.add_argument("--days", type=int, default=rules_replay.DAYS)
        for each in (replay, acts.add_parser("work", help="run one replay that was asked for; the worker calls this")):
            each.add_argument("--processes", type=int, default=rules_replay.PROCESSES)

    def handle(self, *, act: str, **given: Any) -> None:
        acts: dict[str, Callable[..., None]] = {
            "list": self._list,
            "add": self._add,
            "replay": self._replay,
            "work": self._work,
        }
        try:
            acts[act](**given)
        except (rules_kept.NotUsable, rules_replay.NotReplayed, RuleFileError) as why:
            raise CommandError(str(why)) from None

    def _list(self, **_: Any) -> None:
        rules_kept.keep_shipped()
        in_force = RuleChange.objects.in_force().values_list("rule_set", flat=True).first()
        for each in RuleSet.objects.newest():
            mark = "in force" if each.pk == in_force else ""
            self.stdout.write(f"{each.hash[:16]}  {each.made_at:%Y-%m-%d %H:%M}  {mark:<8}  {each.note}")

    def _add(self, *, folder: Path, note: str, **_: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder")
        rules_kept.keep_shipped()
        kept = rules_kept.keep(files=rule_files(folder), note=note, made_by=None)
        self.stdout.write(f"kept as {kept.hash}")

    def _replay(self, *, processes: int, days: int, **given: Any) -> None:
        candidate = _set_of(given["hash"])
        asked = rules_replay.ask(candidate=candidate, moderator=None, days=days)
        self._run(rules_replay.take(asked, timezone.now()) if asked.state == ReplayState.ASKED else None, processes)

    def _work(self, *, processes: int, **_: Any) -> None:
        os.nice(NICER)
        self._run(rules_replay.next_asked(timezone.now()), processes)

    def _run(self, replay: Replay | None, processes: int) -> None:
        if replay is None:
            self.stdout.write("No replay waits; one that runs is another process's.")
            return
        done = rules_replay.run(replay, processes=processes)
        for line in told(done):
            self.stdout.write(line)


def _set_of(beginning: str) -> RuleSet:
    found = list(RuleSet.objects.filter(hash__startswith=beginning)[:2]) if len(beginning) >= 6 else []
    if len(found) != 1:
        raise CommandError("Give at least six signs of the hash of one set; `manage.py rules list` shows them.")
    return found[0]


def told(replay: Replay) -> list[str]:
    """What came of a replay, in lines. No words of anybody."""
    results = replay.results
    took = (replay.made_at - replay.began_at).total_seconds() if replay.made_at and replay.began_at else 0
    new, lost = (", ".join(f"{n} {level}" for level, n in results[side].items()) or "none" for side in ("new", "lost"))
    return [
        f"{replay.posts} posts of {replay.days} days in {took:.1f} s; {results['judged']} of them judged twice",
        f"new: {new}; lost: {lost}; same level, another category: {results['other_category']}",
        f"cases a day: {results['cases_a_day']:+.2f}",
        *(f"worth it, {side}: {rules_replay.precision(results, side).words}" for side in ("active", "candidate")),
    ]
