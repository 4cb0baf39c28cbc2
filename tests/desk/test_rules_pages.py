"""The pages of the rules lab: for leads, without JavaScript, without a word that was not revealed and logged."""

import html
import re

import pytest
from django.utils import timezone

from forum.posting import withdraw
from moderation import rules_changing, rules_kept, rules_replay, rules_shadow
from moderation.models import AuditEvent, Replay, RuleChange, RuleSet, Shadow
from moderation.rules_posts import with_words
from tests.conftest import make_post
from tests.desk.lab import NOTE, candidate, put_in_force, replayed
from tests.desk.staff import sit_down
from tests.rule_files import FEW, LAMP, RULE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lab")]
GOOD = FEW["distress.toml"] + RULE.format(phrase="lamp went out", level="amber")
BAD = FEW["distress.toml"] + RULE.format(phrase="lamp (went out", level="amber")


@pytest.fixture
def replay(ash, room) -> Replay:
    make_post(ash, room, LAMP)
    return replayed(candidate())


def file_of(rule_set: RuleSet) -> str:
    return f"{rule_set.get_absolute_url()}files/distress.toml"


def sent(text: str) -> dict[str, str]:
    return {"body": text, "note": NOTE}


def test_only_leads_and_admins_see_the_rules(robin, maren, sorrel, replay) -> None:
    pages = ["/desk/rules/", replay.get_absolute_url(), replay.candidate.get_absolute_url(), file_of(replay.candidate)]
    moderator, lead, admin = (sit_down(each) for each in (robin, maren, sorrel))

    answers = {page: [who.get(page).status_code for who in (moderator, lead, admin)] for page in pages}

    assert set(map(tuple, answers.values())) == {(403, 200, 200)}
    assert "look after what the site notices" in moderator.get("/desk/rules/").content.decode()


@pytest.mark.parametrize("step", ["replay", "ask", "shadow", "end-shadow", "roll-back"])
def test_no_step_is_open_to_a_moderator(robin, replay, step) -> None:
    browser = sit_down(robin)

    answers = [
        browser.post(f"{replay.candidate.get_absolute_url()}{step}"),
        browser.post("/desk/rules/changes/1", {"act": "approve"}),
        browser.post(f"{replay.get_absolute_url()}reveal", {"place": "0"}),
        browser.post(file_of(replay.candidate), sent(GOOD)),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert not AuditEvent.objects.filter(actor="robin").exists()


def test_the_desk_leads_leads_there_and_nobody_else(robin, maren) -> None:
    assert "/desk/rules/" in sit_down(maren).read("/desk/")
    assert "/desk/rules/" not in sit_down(robin).read("/desk/")


def test_a_lead_changes_a_rule_and_a_candidate_is_kept(maren) -> None:
    shipped = rules_kept.keep_shipped()
    browser = sit_down(maren)
    written = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", browser.read(file_of(shipped)), re.DOTALL)

    answer = browser.post(file_of(shipped), sent(GOOD.replace("\n", "\r\n")))

    kept = RuleSet.objects.get(note=NOTE)
    assert written is not None
    assert html.unescape(written[1]) == FEW["distress.toml"]
    assert answer.url == kept.get_absolute_url()
    assert rules_kept.files_of(kept)["distress.toml"] == GOOD
    assert kept.made_by == maren
    assert "distress.toml" in browser.read(answer.url)


def test_a_file_that_cannot_be_used_comes_back_with_file_line_and_reason(maren) -> None:
    shipped = rules_kept.keep_shipped()
    sets = RuleSet.objects.count()

    answer = sit_down(maren).post(file_of(shipped), sent(BAD))

    page = html.unescape(answer.content.decode())
    line = BAD.split('id = "distress.lab"')[0].count("\n") + 1
    assert answer.status_code == 422
    assert f"distress.toml, line {line}: distress.lab: phrase 'lamp (went out'" in page
    assert BAD.strip()[-200:] in page
    assert RuleSet.objects.count() == sets


def test_a_file_the_set_does_not_have_is_not_changed(maren) -> None:
    browser, nowhere = sit_down(maren), f"{rules_kept.keep_shipped().get_absolute_url()}files/other.toml"

    answers = browser.get(nowhere), browser.post(nowhere, sent(GOOD))

    assert [answer.status_code for answer in answers] == [404, 404]
    assert RuleSet.objects.count() == 1


def test_from_replay_to_judging_by_two_people_and_back(maren, sorrel, ash, room) -> None:
    make_post(ash, room, LAMP)
    rule_set, shipped = candidate(), rules_kept.keep_shipped()
    one, other = sit_down(maren), sit_down(sorrel)
    here = rule_set.get_absolute_url()

    too_soon = one.post(f"{here}ask")
    one.post(f"{here}replay")
    asked = rules_replay.next_asked(timezone.now())
    assert asked is not None
    rules_replay.run(asked, processes=1)
    one.post(f"{here}ask")
    change = RuleChange.objects.get(rule_set=rule_set)
    by_oneself = one.post(f"/desk/rules/changes/{change.pk}", {"act": "approve"})
    by_another = other.post(f"/desk/rules/changes/{change.pk}", {"act": "approve"})
    in_force = RuleChange.objects.in_force().get().rule_set
    back = one.post(f"{shipped.get_absolute_url()}roll-back")

    assert (too_soon.status_code, by_oneself.status_code) == (409, 409)
    assert "needs a replay" in too_soon.content.decode()
    assert (by_another.status_code, back.status_code) == (302, 302)
    assert in_force == rule_set
    assert RuleChange.objects.in_force().get().rule_set == shipped
    assert "not yet seen by a second person" in other.read("/desk/rules/")


def test_a_shadow_is_begun_and_ended_on_the_page(maren) -> None:
    rule_set = candidate()
    browser = sit_down(maren)

    browser.post(f"{rule_set.get_absolute_url()}shadow")
    running = rules_shadow.running().count()
    page = browser.read(rule_set.get_absolute_url())
    browser.post(f"{rule_set.get_absolute_url()}end-shadow")

    assert running == 1
    assert "End the shadow" in page
    assert Shadow.objects.get().ended_at is not None


def test_words_of_a_sample_are_covered_until_revealed_and_each_reveal_is_in_the_log(maren, replay) -> None:
    browser = sit_down(maren)

    covered = browser.read(replay.get_absolute_url())
    revealed = browser.post(f"{replay.get_absolute_url()}reveal", {"place": "0"})
    browser.post(f"{replay.get_absolute_url()}reveal", {"place": "0"})
    again = browser.read(replay.get_absolute_url())

    assert "the lamp" not in covered
    assert '<mark class="span">lamp went out</mark>' in revealed.content.decode()
    assert "the lamp" not in again
    events = AuditEvent.objects.filter(kind="rules.words_revealed")
    assert [(each.actor, each.data["replay"], each.data["place"]) for each in events] == [("maren", replay.pk, 0)] * 2
    assert "lamp" not in str([each.data for each in events])


@pytest.mark.parametrize("place", ["1", "-1", "x", "", "99999999"])
def test_a_place_that_is_not_in_the_sample_reveals_nothing(maren, replay, place) -> None:
    answer = sit_down(maren).post(f"{replay.get_absolute_url()}reveal", {"place": place})

    assert answer.status_code == 404
    assert not AuditEvent.objects.filter(kind="rules.words_revealed").exists()


def test_words_their_author_took_down_since_are_not_shown(maren, ash, replay) -> None:
    withdraw(peer=ash, post=with_words(replay.since, timezone.now()).get())

    answer = sit_down(maren).post(f"{replay.get_absolute_url()}reveal", {"place": "0"}).content.decode()

    assert "the lamp" not in answer
    assert "changed these words or taken them away" in answer


def test_words_changed_since_are_not_shown_as_what_was_judged(maren, replay) -> None:
    with_words(replay.since, timezone.now()).update(revision=2, body="Other words, lamp and all.")

    answer = sit_down(maren).post(f"{replay.get_absolute_url()}reveal", {"place": "0"}).content.decode()

    assert "Other words" not in answer
    assert "changed these words or taken them away" in answer


def test_addresses_that_name_nothing_are_not_found(maren, replay) -> None:
    browser = sit_down(maren)

    pages = ["/desk/rules/abc/", f"/desk/rules/{'0' * 16}/", "/desk/rules/replays/999/"]

    assert {browser.get(page).status_code for page in pages} == {404}
    assert browser.post("/desk/rules/changes/999", {"act": "approve"}).status_code == 404


def test_reading_the_pages_changes_nothing(maren, replay) -> None:
    browser = sit_down(maren)
    before = AuditEvent.objects.count(), RuleSet.objects.count(), RuleChange.objects.values().get()

    for page in ("/desk/rules/", replay.get_absolute_url(), replay.candidate.get_absolute_url()):
        browser.read(page)

    assert (AuditEvent.objects.count(), RuleSet.objects.count(), RuleChange.objects.values().get()) == before


def test_the_pages_cost_as_many_queries_however_much_there_is(maren, sorrel, replay, django_assert_num_queries) -> None:
    browser = sit_down(maren)
    pages = {"/desk/rules/": 12, replay.candidate.get_absolute_url(): 13, replay.get_absolute_url(): 6}
    rules_changing.ask(rule_set=replay.candidate, moderator=maren)
    rules_shadow.begin(rule_set=replay.candidate, moderator=maren)
    for number in range(3):
        each = candidate(f"(lamp went out|lamp went off {number})")
        put_in_force(each, maren, sorrel)
        replayed(replay.candidate)

    for page, queries in pages.items():
        with django_assert_num_queries(queries):
            browser.read(page)
