"""What must always be true: a whole story of the desk keeps it, and each breach is seen for what it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from forum import search
from forum.models import LiveEvent, Post
from forum.models import Thread as Talk
from moderation import audit, invariants, triggers
from moderation.invariants.breaches import Breach
from moderation.models import (
    AuditEvent,
    AuditHead,
    Case,
    Decision,
    Effect,
    Escalation,
    Outbox,
    ResourceAttachment,
    Signal,
    Snapshot,
)
from peers.models import Peer, Persona
from tests.conftest import QUICK_HASHER
from tests.story import LATER, Story, tell

pytestmark = pytest.mark.django_db

Break = Callable[[Story], object]


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker) -> Iterator[Story]:
    """The story, told once for all tests of this file."""
    quick = {"PASSWORD_HASHERS": [QUICK_HASHER]}
    with django_db_blocker.unblock(), override_settings(**quick), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM forum_search")  # no model's table: emptying passes it over
        yield tell()
        transaction.set_rollback(True)


@pytest.fixture
def story(told) -> Iterator[Story]:
    """The story as it was told: what a test breaks is whole again for the next."""
    with transaction.atomic():
        yield told
        transaction.set_rollback(True)


def broken() -> dict[str, Breach]:
    found = {invariant.__name__: invariant() for invariant in invariants.INVARIANTS}
    return {name: breach for name, breach in found.items() if breach}


@contextmanager
def unguarded(table: str, constraint: str) -> Iterator[None]:
    """Without a rule of the database, as after a restore that lost it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
            yield


def change(story: Story, name: str, **values: object) -> None:
    Post.objects.filter(pk=story.posts[name].pk).update(**values)


def post(name: str, **values: object) -> Break:
    return lambda story: change(story, name, **values)


def case(name: str, **values: object) -> Break:
    return lambda story: Case.objects.filter(pk=story.case(name).pk).update(**values)


def signal(name: str, **values: object) -> Break:
    return lambda story: Signal.objects.filter(case=story.case(name)).update(**values)


def decision(name: str, **values: object) -> Break:
    return lambda story: Decision.objects.filter(case=story.case(name), undone_at=None).update(**values)


def effect(name: str, **values: object) -> Break:
    standing = Effect.objects.filter(reversed_at=None)
    return lambda story: standing.filter(decision__case=story.case(name)).update(**values)


def index(name: str, words: str) -> Break:
    return lambda story: search._run("add", [story.posts[name].pk, words])


def log(kind: str, name: str = "") -> Break:
    """One more event, properly chained: about this post's case, or about one that is not there."""

    def write(story: Story) -> None:
        of = story.case(name) if name else Case(pk=1, public_id="nowhere")
        audit.write(actor="robin", kind=kind, case_pk=of.pk, case_ref=of.public_id)

    return write


def unjudged(story: Story) -> None:
    with unguarded("forum_post", "post_is_judged"):
        change(story, "calm", judged_by="")


def no_deadline(story: Story) -> None:
    with unguarded("forum_post", "post_hold_has_deadline"):
        change(story, "threat", hold_until=None)


def two_open(_: Story) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX case_one_open_per_subject")
    calls = Case.objects.filter(subject__startswith="call:")
    calls.update(subject=calls[0].subject)


def other_words_found(story: Story) -> None:
    search.forget(story.posts["calm"].pk)
    index("calm", "other words")(story)


def chain_changed(_: Story) -> None:
    triggers.lift()
    AuditEvent.objects.filter(kind="hold.released").update(actor="nobody")
    triggers.install()


def no_head(_: Story) -> None:
    AuditHead.objects.filter(pk=AuditEvent.objects.latest("pk").shard).delete()


NOW = timezone.now()
BREAKS: list[tuple[str, Break]] = [
    ("posts_are_judged", unjudged),
    ("held_posts_have_a_deadline", no_deadline),
    ("held_posts_have_an_open_case", post("withdrawn", visibility="held", hold_until=NOW)),
    ("gone_posts_show_nothing", post("withdrawn", shown_html="<p>[words]</p>")),
    ("hidden_parts_are_marked", post("said and hidden", shown_html="<p>[words]</p>")),
    ("risky_posts_got_their_cards", lambda story: story.posts["hidden"].attachments.all().delete()),
    (
        "cards_were_given_for_a_signal",
        lambda story: ResourceAttachment.objects.create(post=story.posts["calm"], revision=9, keys=["crisis"]),
    ),
    ("attached_help_stands", post("hidden", help_keys=[])),
    ("threads_have_their_opening", lambda _: Talk.objects.update(opening=None, replies=F("replies") + 1)),
    ("threads_count_visible_replies", lambda _: Talk.objects.update(replies=99)),
    ("search_finds_every_open_post", lambda story: search.forget(story.posts["calm"].pk)),
    ("search_finds_nothing_else", index("withdrawn", "tea")),
    ("search_holds_what_is_shown", other_words_found),
    ("numbers_have_no_gap", lambda _: LiveEvent.objects.filter(kind="state")[1].delete()),
    (
        "visible_messages_were_said_once",
        lambda story: LiveEvent.objects.filter(post=story.posts["said"]).update(kind="changed"),
    ),
    (
        "newest_event_tells_how_a_message_stands",
        lambda _: LiveEvent.objects.filter(kind="removed").update(kind="changed"),
    ),
    ("signals_have_their_case", signal("threat", case=None)),
    ("signals_have_their_case", signal("threat", subject="post:0")),
    ("one_open_case_per_subject", two_open),
    ("cases_are_about_their_post", lambda story: case("reported", post=story.posts["calm"])(story)),
    ("cases_are_about_their_post", case("reported", post=None)),
    ("what_was_noticed_waits_or_was_decided", signal("undone", at=NOW + LATER)),
    ("open_cases_are_as_urgent_as_what_was_noticed", case("threat", level=1)),
    ("resolved_cases_are_in_nobodys_hands", case("undone", lease_until=NOW)),
    ("resolved_cases_were_decided_by_a_human", case("undone", first_human_at=None)),
    (
        "open_cases_have_their_steps",
        lambda story: Escalation.objects.filter(case=story.case("threat"), step=2).delete(),
    ),
    ("steps_taken_raised_the_tier", case("threat", tier=1)),
    (
        "crisis_cases_rang",
        lambda story: Outbox.objects.filter(key__startswith=f"case:{story.case('folded').pk}:").delete(),
    ),
    ("what_was_noticed_is_kept", signal("threat", revision=9)),
    ("cases_about_posts_keep_their_words", lambda story: story.case("written anew").snapshots.all().delete()),
    ("kept_words_are_unchanged", lambda story: story.case("threat").snapshots.update(words="[words]")),
    ("erased_words_are_gone", lambda _: Snapshot.objects.filter(salt=None).update(words="[words]")),
    ("no_version_is_decided_twice", decision("undone", case_version=1)),
    ("decided_cases_are_closed", case("answered", opened_at=NOW - LATER)),
    ("decisions_and_undoings_are_in_the_log_once", log("case.decided", "undone")),
    ("decisions_and_undoings_are_in_the_log_once", log("decision.undone", "undone")),
    ("decisions_are_as_logged", decision("undone", reason_code="another")),
    ("undone_decisions_name_who", lambda story: decision("undone", undone_by=story.robin)(story)),
    ("decisions_did_what_they_say", effect("undone", kind="erasure")),
    ("effects_stand_with_their_decision", effect("undone", reversed_at=NOW)),
    ("removed_posts_were_removed_by_a_human", post("withdrawn", visibility="removed")),
    ("posts_are_shown_as_decided", post("undone", visibility="noted")),
    ("chains_are_whole", chain_changed),
    ("chains_are_whole", no_head),
    ("cases_were_logged_once", log("case.opened", "threat")),
    ("logged_cases_are_there", log("case.opened")),
    ("hands_are_in_the_log", lambda story: case("in other hands", lease_by=story.robin)(story)),
    ("hands_are_in_the_log", case("in other hands", revealed_token=F("lease_token"))),
    ("guards_stand", lambda _: triggers.lift()),
]


@pytest.mark.parametrize(("name", "breaking"), BREAKS, ids=[name for name, _ in BREAKS])
def test_what_is_broken_is_seen_and_nothing_else(story, name, breaking) -> None:
    breaking(story)

    assert set(broken()) == {name}


def test_every_invariant_is_broken_by_a_test() -> None:
    assert {name for name, _ in BREAKS} == {invariant.__name__ for invariant in invariants.INVARIANTS}


def test_a_whole_story_of_the_desk_breaks_nothing(story) -> None:
    out = StringIO()

    call_command("check_invariants", stdout=out)

    assert out.getvalue() == f"All {len(invariants.INVARIANTS)} invariants hold.\n"


def test_a_breach_is_said_with_its_table_its_number_and_a_few_public_ids(story) -> None:
    Post.objects.filter(visibility__in=["published", "noted"]).update(help_keys=[])
    change(story, "withdrawn", visibility="held", hold_until=NOW)
    out = StringIO()

    with pytest.raises(CommandError, match="2 of") as ended:
        call_command("check_invariants", stdout=out)

    held, bare = out.getvalue().splitlines()
    assert ended.value.returncode == 1
    assert held == f"forum_post: 1 post held without an open case: {story.posts['withdrawn'].public_id}."
    assert bare.startswith("moderation_resourceattachment: 9 resource attachments taken from under a post: ")
    assert bare.count(", ") == 5


def test_no_breach_tells_a_word_or_a_person(story) -> None:
    said = []
    by_name = {invariant.__name__: invariant for invariant in invariants.INVARIANTS}
    for name, breaking in BREAKS:
        with transaction.atomic():
            breaking(story)
            said.append(str(by_name[name]()))
            transaction.set_rollback(True)

    told = "\n".join(said)
    people = [*map(str, Peer.objects.values_list("pk", flat=True)), *Persona.objects.values_list("name", flat=True)]
    assert "None" not in said
    assert not any(word in told for word in [*people, "[words]", "cat asleep", "end my life", "Other words"])
