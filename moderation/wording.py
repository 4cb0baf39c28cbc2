"""Why words wait or are hidden, as their author reads it: plain, without blame."""

WHY: dict[str, str] = {
    "method": "It may name a way to be hurt, and that can hurt someone else who reads it.",
    "sourcing": "It may say where to get something or how much to take, and that can hurt someone else who reads it.",
    "encouragement": "It may read as asking someone to hurt themselves.",
    "threat": "It may read as a danger to somebody.",
    "minor": "It may be about someone under eighteen, and we look at that with special care.",
    "harassment": "It may hurt the person it speaks to.",
    "contact": "It may hold a way to find or reach someone, and here nobody is asked who they are.",
    "paused": "The site is paused, so it waits out of sight until somebody is here to stand by you. "
    "A moderator has been asked to look now.",
    "detector": "Our first, automatic look at it did not work, so a person looks.",
    "closed": "This thread takes no replies any more, so only moderators read it.",
    "unheard": "Nobody can write in this live room at the moment, so only moderators read it.",
    "many": "Many words came from here in a short time, so these are folded; everyone can open them.",
    "resting": "Your writing rests here at the moment, so only moderators read it.",
}
WHY_OTHERWISE = "A person looks at it first."


def why(reason_key: str) -> str:
    return WHY.get(reason_key, WHY_OTHERWISE)
