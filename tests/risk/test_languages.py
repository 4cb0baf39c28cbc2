# ruff: noqa: RUF001 - letters of other languages are meant
"""Other languages: what is urgent is heard, what only looks so is not, and a pack is read when it is needed."""

import pytest

from moderation.risk import Level, assess, detector
from moderation.risk.language import languages_of
from moderation.risk.normalise import normalise


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("es", "Esta noche me voy a matar, ya lo he decidido."),
        ("es", "Tengo pensamientos suicidas y no sé qué hacer."),
        ("fr", "Je vais me tuer ce soir, c'est décidé."),
        ("fr", "J'ai avalé tous mes comprimés, je me sens partir."),
        ("de", "Ich werde mich heute Nacht umbringen."),
        ("de", "Ich will nicht mehr leben und denke jeden Tag an Suizid."),
        ("pt", "Vou me matar hoje à noite, já decidi."),
        ("pt", "Tenho pensamentos suicidas e não sei o que fazer."),
        ("ar", "سأقتل نفسي الليلة، قررت."),
        ("ar", "أفكر في الانتحار كل يوم ولا أحد يعرف"),
    ],
)
def test_urgent_words_are_red_or_above(lang: str, text: str) -> None:
    found = assess(text)

    assert found.level >= Level.RED
    assert any(finding.rule.startswith(f"{lang}.") for finding in found.findings)  # and not by a guess alone


@pytest.mark.parametrize(
    "text",
    [
        "Me muero de risa con ese video, qué bueno.",
        "Hoy cociné con mi hermana y salió muy bien la tortilla.",
        "Cette série est à mourir de rire, merci pour le conseil.",
        "Ce midi on a mangé des crêpes avec les enfants, un régal.",
        "Der Film war zum Totlachen, danke für den Tipp.",
        "Heute habe ich mit meiner Schwester Kuchen gebacken.",
        "Morri de rir com esse vídeo, muito bom.",
        "Hoje fui à praia com os meus primos e comemos gelado.",
        "اليوم طبخت مع امي وكان الجو جميل",
    ],
)
def test_everyday_words_stay_below_red(text: str) -> None:
    assert assess(text).level < Level.RED


@pytest.mark.parametrize(
    "text",
    [
        "Non ce la faccio più, voglio morire e nessuno mi capisce.",
        "Hallo allemaal, ik ben hier nieuw en ik weet niet goed hoe ik moet beginnen.",
        "Nie chcę już żyć, wszystko mnie boli i nikt nie rozumie.",
        "Artık yaşamak istemiyorum, her şey çok ağır geliyor bana.",
        "Jag vill inte leva längre, allt är för tungt och ingen förstår.",
        "Nu mai vreau să trăiesc, totul este prea greu pentru mine.",
        "Saya tidak mau hidup lagi, semuanya terlalu berat untuk saya.",
        "Sitaki kuishi tena, kila kitu ni kizito sana kwangu.",
        "من دیگر نمی‌خواهم زندگی کنم، همه چیز برایم خیلی سخت شده است",
        "قصد خودکشی دارم و تاریخ و محل معلوم است",
        "میں اب جینا نہیں چاہتی، سب کچھ میرے لیے بہت مشکل ہو گیا ہے",
    ],
)
def test_a_language_no_rule_reads_is_looked_at_by_a_person(text: str) -> None:
    found = assess(text)

    assert found.level >= Level.AMBER
    assert "detector" in found.categories


@pytest.mark.parametrize(
    "text",
    [
        "Gestern den Kindern Pizza bestellt, danach gab's Streit um den letzten Löffel Eis.",
        "Deux petits de moins de trois ans, zéro relais, et ce matin le biberon par terre.",
        "Pra aguentar a rota a transportadora mandou revezar dois motoristas, finalmente.",
        "Mis nietos ya tienen mis relojes, así los disfruto viendo cómo los llevan.",
        "burnt toast, burnt mouth, burnt the second toast",
    ],
)
def test_few_small_words_alone_do_not_make_a_language_unknown(text: str) -> None:
    assert "detector" not in assess(text).categories


def test_every_language_of_the_thesaurus_but_english_has_a_pack_that_loads() -> None:
    book = detector._judge.ear.book

    packs = {name: pack() for name, pack in book.packs.items()}

    assert set(packs) == set(book.thesaurus.languages) - {"en"}
    assert all(len(pack.rules) >= 25 for pack in packs.values())


def test_a_plain_english_text_asks_for_no_other_pack() -> None:
    book = detector._judge.ear.book
    plain = normalise("I do not know what to do with my day, but it is fine.", book.reader)

    assert languages_of(plain, book.thesaurus) == ["en"]


def test_a_language_is_heard_behind_words_of_another() -> None:
    text = "I went to the shop and it was fine and then I came home. Me voy a matar esta noche, ya lo he decidido."

    assert assess(text).level >= Level.RED


@pytest.mark.parametrize(
    "words",
    [
        "Los pensamientos suicidas volvieron esta semana.",
        "Ohne mich wären alle besser dran.",
        "J'ai des pensées suicidaires depuis hier.",
    ],
)
def test_a_sentence_is_heard_in_a_long_text_of_another_language(words) -> None:
    around = "The bus came on time this morning and the driver waved. We painted the shed green and had soup. " * 20
    text = f"{around}\n{words}\n{around}"

    found = assess(text)

    assert found.level >= Level.AMBER
    spans = [text[start:end] for finding in found.findings for start, end in finding.spans]
    assert spans
    assert all(span in words for span in spans)
    assert assess(around).level == Level.GREEN


def test_every_word_of_a_pack_is_read_as_it_stands() -> None:
    book = detector._judge.ear.book
    words = {word for pack in book.packs.values() for rule in pack().rules for p in rule.phrases for word in p.words}

    read = {word: normalise(word, book.reader).text.split() for word in words if word.isalpha() and word.isascii()}
    short_forms = book.reader._vocabulary.plain

    assert not {word for word, seen in read.items() if seen != [word] and word not in short_forms}


BESIDE_HARMLESS_WORDS = (
    "Mein Vater schlägt mich, wenn sein Verein das Spiel verliert.",
    "Ich will sterben, da hilft kein Film mehr.",
    "Ich will sterben haha",
    "Mon père me frappe chaque fois que son équipe perd le match.",
    "Mon chef m'a touchée pendant le film, je n'ai rien pu dire.",
    "Je veux mourir, même le film d'hier ne m'a rien fait.",
    "Je veux mourir mdr",
    "Meu pai me bate quando o time dele perde o jogo.",
    "Me machuco sozinha depois do treino.",
    "Quero morrer e amanhã tenho prova.",
    "Quero morrer kkk",
    "Minha irmã me bate e ninguém acredita, o gato se esconde.",
    "Vomito todo lo que como, hasta el pan.",
    "Vomito a escondidas, hasta el pan.",
    "Je me suis encore scarifiée hier, l'huile ne cache rien.",
    "Quiero morir, ni la serie me anima ya.",
    "Qué hago para morir, perdí el proceso de custodia.",
    "Quiero morir jaja",
    "أريد أن أموت، حتى الفيلم ما عاد يفرحني",
)


OF_FILMS_AND_GAMES = (
    "Im Krimi hat er eine Überdosis genommen.",
    "Dans le film, elle dit : je veux mourir.",
    "Le livre parle du harcèlement.",
    "En la novela la voz le dice que salte.",
    "Me machuquei no futebol, torci o joelho.",
    "No livro a moça diz: fui estuprada.",
    "أخوي ضربني كتف ونحن نلعب",
)


@pytest.mark.parametrize("text", OF_FILMS_AND_GAMES)
def test_what_is_told_of_films_and_games_is_amber_at_most(text: str) -> None:
    assert assess(text).level <= Level.AMBER


@pytest.mark.parametrize("text", BESIDE_HARMLESS_WORDS)
def test_a_word_of_films_sport_work_or_laughter_softens_a_plea_and_does_not_silence_it(text: str) -> None:
    assert assess(text).level >= Level.AMBER


FOR_YEARS = (
    "Mein Mann schlägt mich seit zwei Jahren.",
    "Ich ritze mich seit drei Jahren.",
    "Mon mari me frappe depuis deux ans.",
    "Je me coupe depuis trois ans.",
    "Mi marido me pega desde hace dos años.",
    "Quiero morir desde hace años.",
    "Meu marido me bate há dois anos.",
    "Há tempo que ele me bate.",
    "Faz tempo que meu marido me bate.",
    "Faz muito tempo que ele me bate.",
    "Faz mais de um ano que ele me bate.",
    "Meu marido me bate faz dois anos.",
    "زوجي بيضربني من سنتين وما حدا بيعرف",
)
YEARS_AGO = (
    "Vor drei Jahren wollte ich sterben, heute geht es mir gut.",
    "Seit drei Jahren bin ich clean und es geht mir gut.",
    "Hace tres años quise morir, hoy estoy bien.",
    "No me corto desde hace tres años.",
    "Há três anos quis morrer, hoje estou bem.",
    "Há dois anos que não me corto.",
)


@pytest.mark.parametrize("text", FOR_YEARS)
def test_what_goes_on_for_years_is_not_past(text: str) -> None:
    assert assess(text).level >= Level.RED


@pytest.mark.parametrize("text", YEARS_AGO)
def test_what_was_years_ago_and_is_over_is_quiet(text: str) -> None:
    assert assess(text).level == Level.GREEN
