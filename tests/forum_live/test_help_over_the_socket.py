"""Help comes to its author with the acknowledgement itself, each time."""

from tests.realtime.conftest import emptied_afterwards  # noqa: F401  (a fixture: sockets write from several threads)
from tests.realtime.sockets import open_page

URGENT = (
    "I am going to end my life tonight",
    "I still want to end my life tonight",
    "I am worried about my friend, she said she wants to die",
)
HELD = "I will hurt him tonight, I know where he lives"


async def test_each_acknowledgement_of_urgent_words_carries_its_help(ash, session) -> None:
    async with open_page(session, ash) as page:
        answers = [await page.say(words, f"c{number}") for number, words in enumerate(URGENT)]

    assert [answer["type"] for answer in answers] == ["ack"] * 3
    assert all('class="help-card"' in answer["card"] for answer in answers)


async def test_the_acknowledgement_of_held_words_tells_why_and_where_help_is(ash, session) -> None:
    async with open_page(session, ash) as page:
        answer = await page.say(HELD)

    assert (answer["type"], answer["state"]) == ("ack", "held")
    assert "Only you and moderators can see this" in answer["card"]
    assert 'href="/help"' in answer["card"]
