"""Keeping sets of rules: each is stored once, whole, under a hash of all that decides, and never changed."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from moderation import audit, risk, table
from moderation.models import ChangeKind, ChangeState, Moderator, RuleChange, RuleSet, RuleText
from moderation.risk import checking
from moderation.risk.checking import Fault
from moderation.risk.vocabulary import RuleFileError, RuleFiles, rule_files

LOADED = 2  # judges kept in memory beside the shipped one: the one in force and a candidate, about 80 MB each
MOST_CHARACTERS = 300_000  # of one rule file; the longest shipped has 130,000
TABLE = "decision_table.toml"


class NotUsable(Exception):
    """These rules cannot judge here; `fault` says where and why. Nothing was kept."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@lru_cache(maxsize=1)
def shipped_files() -> RuleFiles:
    """The rule files that come with the program."""
    return rule_files()


@lru_cache(maxsize=1)
def shipped_hash() -> str:
    """The hash of the set that comes with the program."""
    return hash_of(shipped_files())


@lru_cache(maxsize=1)
def parts() -> dict[str, str]:
    """What decides beside the rule files and comes with the program, each by its SHA-256."""
    return {**checking.program_parts(), TABLE: hashlib.sha256(table.TABLE.read_bytes()).hexdigest()}


def hash_of(files: RuleFiles) -> str:
    """The hash of these rule files with what this program adds to them."""
    return RuleSet.hash_of(_digests(files), parts())


def _digests(files: RuleFiles) -> dict[str, str]:
    return {name: RuleText.digest_of(text) for name, text in files.items()}


def keep_shipped() -> RuleSet:
    """The set that came with the program, kept, and in force where nobody chose another one."""
    files = shipped_files()
    kept = RuleSet.objects.filter(hash=shipped_hash()).first()
    if kept is None:
        kept = _keep(files, risk.shipped().version, note="Came with the program.", made_by=None)
    with suppress(IntegrityError):  # another worker, or a person's choice, came first
        _follow_the_program(kept)
    return kept


def keep(*, files: RuleFiles, note: str, made_by: Moderator | None) -> RuleSet:
    """Keep a candidate after every check of the loader; the same content is kept once.

    Raises:
        NotUsable: a file cannot be used, or a rule does not do what it says of itself; nothing was kept.
    """
    try:
        judge = checking.checked(files, risk.shipped())
    except RuleFileError as error:
        raise NotUsable(checking.fault_of(error, files)) from error
    return _keep(files, judge.version, note=note, made_by=made_by)


def keep_changed(*, onto: RuleSet, file: str, text: str, note: str, made_by: Moderator) -> RuleSet:
    """Keep the set with the text of one of its files changed. Raises NotUsable; nothing was kept then."""
    if len(text) > MOST_CHARACTERS:
        raise NotUsable(Fault(file, 0, f"it has {len(text):,} characters, and there is room for {MOST_CHARACTERS:,}"))
    changed = text.replace("\r\n", "\n")
    return keep(files={**files_of(onto), file: changed}, note=note, made_by=made_by)


def _keep(files: RuleFiles, version: str, *, note: str, made_by: Moderator | None) -> RuleSet:
    digests, beside = _digests(files), parts()
    with transaction.atomic():
        there = set(RuleText.objects.filter(digest__in=digests.values()).values_list("digest", flat=True))
        texts = {digests[name]: text for name, text in files.items() if digests[name] not in there}
        fresh = [RuleText(digest=digest, text=text) for digest, text in texts.items()]
        RuleText.objects.bulk_create(fresh, ignore_conflicts=True)
        kept, is_new = RuleSet.objects.get_or_create(
            hash=RuleSet.hash_of(digests, beside),
            defaults={"files": digests, "parts": beside, "version": version, "note": note, "made_by": made_by},
        )
        if is_new:
            log("rules.kept", kept, made_by)
    return kept


@transaction.atomic
def _follow_the_program(kept: RuleSet) -> None:
    """Where no person chose a set, the one in force is what the program ships, also after an update of it."""
    now_in_force = RuleChange.objects.in_force().select_for_update().first()
    if now_in_force is not None and (now_in_force.kind != ChangeKind.SHIPPED or now_in_force.rule_set_id == kept.pk):
        return
    at = timezone.now()
    if now_in_force is not None:
        RuleChange.objects.filter(pk=now_in_force.pk).update(state=ChangeState.ENDED, ended_at=at)
    begun = {"kind": ChangeKind.SHIPPED, "state": ChangeState.IN_FORCE, "began_at": at}
    RuleChange.objects.create(rule_set=kept, **begun)
    log("rules.shipped", kept, None)


def files_of(rule_set: RuleSet) -> dict[str, str]:
    """The texts of the set's rule files.

    Raises:
        NotUsable: a text is missing, or is not what was hashed.
    """
    texts = {kept.digest: kept.text for kept in RuleText.objects.filter(digest__in=set(rule_set.files.values()))}
    for name, digest in rule_set.files.items():
        if RuleText.digest_of(texts.get(digest, "")) != digest:
            raise NotUsable(Fault(name, 0, "what is kept of it is not what was kept"))
    if not rule_set.is_whole:
        raise NotUsable(Fault("", 0, "the list of its files is not what was kept"))
    return {name: texts[digest] for name, digest in rule_set.files.items()}


def misfit(rule_set: RuleSet) -> str:
    """What of the program is another than when the set was kept; empty where all is the same."""
    mine = parts()
    names = sorted(name for name in {*mine, *rule_set.parts} if mine.get(name) != rule_set.parts.get(name))
    return ", ".join(names)


def judge_of(rule_set: RuleSet) -> risk.Judge:
    """The judge this set makes.

    Raises:
        NotUsable: it was kept for another program, is damaged, or cannot be loaded.
    """
    if rule_set.hash == shipped_hash():
        return risk.shipped()
    if changed := misfit(rule_set):
        raise NotUsable(Fault("", 0, f"it was kept for a program with another {changed}; add it anew"))
    return replace(_loaded(rule_set.hash), own_hosts=risk.in_use().own_hosts)


@lru_cache(maxsize=LOADED)
def _loaded(rule_set_hash: str) -> risk.Judge:
    """By the hash: what has one hash is one set, in this process and for ever."""
    files = files_of(RuleSet.objects.get(hash=rule_set_hash))
    try:
        judge = risk.load(files)
        risk.prepare(judge)
    except ValueError as error:  # a rule file or the model; a set is checked before it is kept, but by that program
        raise NotUsable(Fault("", 0, str(error))) from error
    return judge


def changed_files(rule_set: RuleSet, other: RuleSet) -> list[str]:
    """The files in which two sets differ, also those only one of them has."""
    names = {*rule_set.files, *other.files}
    return sorted(name for name in names if rule_set.files.get(name) != other.files.get(name))


def log(kind: str, rule_set: RuleSet, actor: Moderator | None, **data: Any) -> None:
    """One line in the audit log, inside the caller's transaction."""
    who = actor.username if actor else "rules"
    audit.write(actor=who, kind=kind, case_pk=rule_set.pk, rules=rule_set.hash, **data)
