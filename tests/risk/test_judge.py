# ruff: noqa: RUF001 - look-alike characters are what is tested
"""The promises of the judge: meaning fixed by example, and no text that makes it fail or stall."""

import itertools
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.risk import (
    RULES_VERSION,
    Category,
    Context,
    Finding,
    Level,
    assess,
    configure,
    detector,
    sentence_around,
)

PIECES = """
i want to die kill myself not never my friend said tonight pills goodbye again safe . ? , " u u1 s i c 1 d e
sh add me on snap x@y.zz 07700900123 \u200b \u0301 \u202e 😂 ｋｉｌｌ
"""
WORDS = st.sampled_from(PIECES.split(" "))


@pytest.mark.parametrize(
    ("text", "level", "category"),
    [
        ("I keep thinking about ending my life", "red", "suicide"),
        ("I am going to end my life tonight", "crisis", "suicide"),
        ("I want to die. I'll do it tonight.", "crisis", "suicide"),
        ("I just don't want to be here anymore", "red", "suicide"),
        ("I can't promise I won't hurt myself tonight", "crisis", "suicide"),
        ("My best friend wants to kill herself", "red crisis", "concern"),
        ("My brother has taken a whole bottle of pills", "crisis", "overdose"),
        ("i hurt myself again this morning", "red", "self_harm"),
        ("what is a painless way to die", "crisis", "method"),
        ("just kill yourself", "red crisis", "encouragement"),
        ("where can i buy [substance]", "red crisis", "sourcing"),
        ("I relapsed on Sunday, I feel ashamed", "amber", "relapse"),
        ("My husband punched me again", "red", "abuse"),
        ("I'm going to hurt him", "red crisis", "threat"),
        ("you are a pathetic loser", "amber red", "harassment"),
        ("I'm 14 and an older man keeps asking me for photos", "red", "minor"),
        ("I keep purging after meals", "amber red", "eating"),
        ("I feel so hopeless", "amber", "distress"),
        ("write to me at ash@example.org", "green", "contact"),
        ("Sitaki kuendelea kuishi hapa tena kabisa", "amber", "detector"),
    ],
)
def test_each_category_has_its_plain_case(text: str, level: str, category: str) -> None:
    found = assess(text)

    assert (found.level.word in level.split(), category in found.categories) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "This traffic is killing me.",
        "I'm dead tired, see you at group tomorrow.",
        "How do I kill the process on port 80?",
        "I'm not suicidal, I promise, only worn out.",
        "You are not alone, please call the suicide helpline tonight. Sending hugs.",
        "Ninety days sober today and my mum hugged me!",
        "I was dying laughing at that film",
        "Does anyone have tips for sleeping better?",
        "My team got destroyed in the match but what a night",
        "I'm so sorry you are going through this. Have you told your doctor about the urges to self-harm?",
        "My daughter is 13 and loves to draw.",
        "We watched a documentary about suicide prevention at work.",
        "I used to want to die, years ago. I am glad I stayed.",
    ],
)
def test_everyday_words_recovery_and_support_stay_green(text: str) -> None:
    assert assess(text).level == Level.GREEN


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("mail me at ash@example.org please", "ash@example.org"),
        ("my number is 07700 900123 ok", "07700 900123"),
        ("look at https://example.org/x.", "https://example.org/x"),
        ("add me on snap ashblue99", "ashblue99"),
        ("i am so tired. what is a painless way to die? help", "painless way to die"),
        ("I feel s u i c i d a l today", "s u i c i d a l"),
        ("I feel su\u200bi\u0301cidal today", "su\u200bi\u0301cidal"),
    ],
)
def test_a_span_covers_exactly_the_words_to_hide(text: str, hidden: str) -> None:
    found = assess(text)

    covered = [text[start:end] for finding in found.findings for start, end in finding.spans]
    assert hidden in covered


@given(st.text())
def test_no_text_makes_the_judge_raise_or_fail(text: str) -> None:
    found = assess(text)

    assert not any(finding.rule == "detector.failed" for finding in found.findings)
    assert found.version == RULES_VERSION


@given(st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=40).map(" ".join))
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    for finding in assess(text, Context(earlier=("i want to",), parent="are you suicidal")).findings:
        edges = list(itertools.chain.from_iterable(finding.spans))

        assert all(0 <= edge <= len(text) for edge in edges)
        assert edges == sorted(set(edges))


URGENCIES = st.none() | st.floats(-1e9, 1e9)


def test_a_finding_met_twice_is_told_as_the_graver_one_was() -> None:
    mild = Finding(Category.MINOR, Level.AMBER, "model.minor", "1", ((0, 3),), "Mild.")
    grave = Finding(Category.MINOR, Level.RED, "model.minor", "1", ((5, 8),), "Grave.", speaker="young")

    for order in ((mild, grave), (grave, mild)):
        (told,) = detector._unified(order)
        assert (told.level, told.reason, told.speaker) == (Level.RED, "Grave.", "young")
        assert told.spans == ((0, 3), (5, 8))


def test_words_of_an_unread_language_have_the_score_of_what_is_not_heard() -> None:
    found = assess("Nie chcę już żyć, wszystko mnie boli i nikt nie rozumie.")

    assert found.score == detector._judge.ear.thresholds.scales[found.level].unheard


@given(st.sampled_from(Level), st.sampled_from(Level), URGENCIES, URGENCIES)
def test_the_score_never_contradicts_the_level(one: Level, other: Level, first: float, second: float) -> None:
    score = detector._judge.ear.thresholds.score

    assert 0 <= score(one, first) <= 1
    assert one >= other or score(one, first) <= score(other, second)


@given(st.sampled_from(Level), st.floats(-50, 50), st.floats(0, 50))
def test_within_a_level_the_score_rises_with_what_the_model_hears(level: Level, urgency: float, more: float) -> None:
    score = detector._judge.ear.thresholds.score

    assert score(level, urgency) <= score(level, urgency + more)


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(0, 200), st.integers(0, 200))
def test_the_sentence_around_a_stretch_covers_it_and_stays_in_the_text(text: str, start: int, end: int) -> None:
    first, last = sentence_around(text, start, end)

    assert 0 <= first <= min(start, len(text))
    assert min(max(start, end), len(text)) <= last <= len(text)


def test_the_sentence_around_a_stretch_is_the_whole_sentence() -> None:
    text = "I am fine. But she said a hard thing. Bye."

    start, end = sentence_around(text, text.index("hard"), text.index("hard") + 4)

    assert text[start:end] == "But she said a hard thing."


@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000,
        "i " * 10_000,
        "kill myself " * 1_600,
        "x\u0301\u0302\u0303" * 5_000,
        "\x00" * 20_000,
        "\u202e\u202d" * 10_000,
        "not " * 5_000,
        "@" * 20_000,
        "1 " * 10_000,
        "a.b" * 6_600,
        "\ufdfa" * 20_000,
        "want to want to just really " * 700,
        '"' * 20_000,
        "my friend he she they someone " * 660,
        "took all of my the pills and " * 690,
    ],
    ids=range(15),
)
def test_the_longest_and_strangest_texts_are_judged_well_within_the_budget(text: str) -> None:
    assess(text)  # compiles the patterns this text needs
    begun = time.thread_time()

    found = assess(text)

    assert time.thread_time() - begun < detector.BUDGET
    assert not any(finding.rule == "detector.failed" for finding in found.findings)


def test_a_sentence_buried_in_a_long_text_is_found_where_it_stands() -> None:
    text = "The weather was fine and we walked the dog. " * 1_200 + "I want to kill myself." + " It rained." * 900

    found = assess(text)

    at = text.index("want to kill myself")
    assert found.level == Level.RED
    assert any((at, at + 19) in finding.spans for finding in found.findings)


def test_a_judge_out_of_time_says_so_and_still_hears_the_gravest_words() -> None:
    ticks = itertools.count(0, 100)
    slow = replace(detector._judge, clock=lambda: float(next(ticks)))

    quiet, grave = slow.assess("hello there"), slow.assess("I am going to kill myself")

    assert (quiet.level, quiet.categories) == (Level.RED, ("detector",))
    assert "could not be judged" in quiet.findings[0].reason
    assert (grave.level, "suicide" in grave.categories) == (Level.CRISIS, True)


def test_a_judge_that_breaks_is_a_red_finding_without_the_words_in_it() -> None:
    def broken() -> float:
        raise RuntimeError("the text itself")

    found = replace(detector._judge, clock=broken).assess("hello")

    assert found.level == Level.RED
    assert "the text itself" not in found.findings[0].reason


def test_links_to_the_own_site_are_no_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "_judge", detector._judge)  # put back afterwards

    configure(["www.Lamplight.example.org"])

    assert not assess("see https://lamplight.example.org/rooms").findings
    assert not assess("see https://www.lamplight.example.org:8443/rooms").findings
    assert assess("see https://elsewhere.example.org/rooms").categories == ("contact",)
    assert "contact" in assess("see https://lamplight.example.org.elsewhere.com/").categories


@pytest.mark.parametrize(
    "text",
    [
        "Ulkona on kylmä, mutta minulla on uusi takki, se on lämmin ja sininen.",
        "Leo ni siku nzuri, nilipika chakula na jirani alinisalimia.",
    ],
)
def test_a_few_short_shared_words_do_not_make_a_language_known(text: str) -> None:
    found = assess(text)

    assert found.level == Level.AMBER
    assert [finding.rule for finding in found.findings] == ["detector.language-unknown"]


def test_an_address_is_in_no_language() -> None:
    found = assess("see https://lamplight.example.org/rooms/with/many/words/and/more")

    assert Category.DETECTOR not in found.categories


@pytest.mark.parametrize("answer", ["yes, no one knows", "yeah every day, nothing helps"])
def test_a_no_said_of_others_does_not_take_back_a_yes(answer: str) -> None:
    found = assess(answer, Context(parent="Are you thinking of suicide?"))

    assert found.level == Level.RED


@pytest.mark.parametrize("text", ["it is better this way, goodbye", "I am ready. I can't sleep anyway"])
def test_words_of_safety_turned_around_do_not_calm_what_follows_risk(text: str) -> None:
    found = assess(text, Context(earlier=("I want to kill myself",)))

    assert found.level == Level.CRISIS


@pytest.mark.parametrize(
    "text",
    [
        "No surprise I want to kill myself",
        "I'm going to kill myself. I finished my last sandwich.",
        "I took an overdose. My first husband is here.",
        "He locked me out. By mistake I said I'd tell the police",
        "I know you are planning to kill me",
        "You said you want to kill me, I am scared",
        "Are you suicidal? I am.",
        "I wanted to die every day. It went away but tonight it's back.",
        "I wanted to die back then and it hasn't gone away",
        "The feeling passed, now I just want to die",
        "When I wanted to die last year nobody came, and now I've got the tablets",
        "I'm so sorry you have to read this, I want to die",
        "sorry you feel like dying too, I do as well, tonight",
        "I cut myself with the peeler on purpose",
        "I overdosed in my first year of uni and I've just done it again",
        "dad took my phone because I told my teacher he hits me",
        "dad took my phone because I told someone what he does to me",
        "He locked me out by accident he says, but he laughed and I was bleeding",
        "my dad is going to kill me, I'm hiding in the bathroom",
        "My husband puts his hands around my throat when he drinks. We married 12 years ago",
        "My partner beats me. We married 10 years ago",
        "I'm terrified of my dad. He started when we were little",
        "My dad took my phone because I told a teacher what he does",
        "Dad took my phone after I called the police on him",
        "I don't want to be here. I loved my life once, I do not anymore",
        "I am suicidal. Happiness has not come back since the baby",
        "I feel suicidal. The feeling never lifted",
        "Are you suicidal? Because I am, and I am not okay",
        "I'm self harming in my second year at uni",
        "It's the summer I turned 16 and I cut my arms",
        "My mum thinks I self harm. She saw the marks",
        "My mum thinks I self harm. She is right",
        "My sister thinks I self harm. She saw my arms",
        "He locked me out by accident he says, but it's the third night in the cold",
        "I burned myself with the straighteners because I hate myself",
        "he rapped me at the party",
        "my boyfriend chocked me",
        "my husband rapes me",
        "My boyfriend threatens to kill me if I leave. We've been together since 2015",
        "My husband locks me in. He put the lock on 2 years ago",
        "My uncle touches me, it started when I was little",
        "Those thoughts went. I am suicidal again since Sunday",
        "Ten summers later I still want to die",
        "I am being groomed by my coach",
        "I burn myself",
        "are you feeling suicidal? because I am",
        "They said 'so what and I want to kill myself tonight in my parents' house",
        "how much do you need to take to die",
        "I wrote goodbye letters to my class",
        "I used to want to die every night. I am fine now, they think",
        "I used to think about killing myself and I am glad I told you, but tonight I want to again",
        "I used to think about killing myself. I am not well now.",
        "I nearly killed myself on Sunday. Glad I told nobody",
        "I want to join my husband in his grave, the grief group does not help",
        "My husband says he will kill me now if I leave",
        "mum will kill me when she sees my hair, she hit me last time",
        "I don't trust myself alone with a tub of ice cream, I hate myself and want to die",
        "Er hat mich nie geschlagen, bis gestern.",
        "Personne me frappe sauf mon père quand il boit.",
        "Me corto otra vez, no puedo parar",
        "I ate well. I slept. I overdosed.",
    ],
)
def test_everyday_words_beside_a_plea_do_not_take_it_back(text: str) -> None:
    assert assess(text).level >= Level.RED


@pytest.mark.parametrize(
    "text",
    [
        "You said nobody would miss you, so kill yourself",
        "kill yourself, it is worth it",
        "You wrote that everyone would be better off without you. You are right, do it",
        "you're not just attention seeking you're pathetic, kill yourself",
        "don't tell your sister, you are only twelve, it's our secret, delete this chat",
    ],
)
def test_kind_words_beside_an_attack_do_not_take_it_back(text: str) -> None:
    found = assess(text)

    assert found.level >= Level.RED
    assert {Category.ENCOURAGEMENT, Category.MINOR} & set(found.categories)


@pytest.mark.parametrize(
    "text",
    [
        "Back in 2015 I wanted to die every day. That feeling went and it hasn't come back.",
        "I'm so sorry you feel like dying right now. Please stay with us and call someone.",
        "You wrote that nobody would notice if you died. I noticed you were missing from Monday's thread.",
        "You're not an attention seeker. Wanting to die is real pain, and you've nothing to prove here.",
        "dad took my phone for a week because i swore at my sister. so unfair",
        "My girlfriend locked me out by accident, she had both sets of keys.",
        "these stairs will kill me",
        "I cut myself peeling squash, the plaster is on and so is the soup.",
        "As a new moderator, how do I word a reply when someone writes that they want to die?",
        "The horses are going to a lady in Devon. My hip says no more.",
        "I used to think about killing myself every day. That was nine years ago and I'm well now.",
        'he said "kill me now" when I put on our wedding video, cheeky bugger',
        "mum will kill me when she sees my hair",
        "I don't trust myself alone with a tub of ice cream",
        "I want to join a grief group but I'm nervous about walking in on my own.",
        "Er hat mich nie geschlagen, wir streiten nur viel wegen Geld.",
        "non personne me frappe, je suis tombée dans l'escalier au marché",
    ],
)
def test_words_of_kindness_of_the_past_and_of_small_mishaps_call_nobody_at_once(text: str) -> None:
    assert assess(text).level <= Level.AMBER


@pytest.mark.parametrize(
    "text",
    [
        "i used to think about ending my life and i am well now or so i tell them, it is a lie",
        "I used to think of killing myself and I am fine now but it keeps coming",
    ],
)
def test_well_now_that_is_taken_back_in_the_same_breath_is_looked_at(text: str) -> None:
    assert assess(text).level >= Level.AMBER


def test_who_lost_their_phone_for_telling_is_heard_by_a_rule_of_its_own() -> None:
    found = assess("Dad took my phone after I called the police on him").findings

    assert any(each.rule == "abuse.phone-taken-for-telling" and each.level == Level.RED for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "My brother took his own life last month. He'd be proud of the garden, and I cry every night.",
        "I miss my mum so much. She'd be proud of us and I can't cope.",
        "My mate died by suicide last week. The funeral was beautiful and I feel numb.",
        "I miss him so much, he'd be so proud, I feel empty",
    ],
)
def test_a_calm_word_beside_raw_grief_does_not_take_it_back(text: str) -> None:
    assert "distress.bereaved" in {finding.rule for finding in assess(text).findings}
    assert assess(text).level >= Level.AMBER
