"""What must always be true of the whole database, asked as a few large questions. docs/invariants.md explains each.

The functions that write keep all of it, and named constraints keep much of it whoever writes. Asked here it is
independent of both: of a fault in the code, a restored half, a hand in the tables.
"""

from collections.abc import Callable, Iterator

from moderation.invariants import cases, decisions, log, messages, places, posts, snapshots
from moderation.invariants.breaches import Breach, one_moment

Invariant = Callable[[], Breach | None]

INVARIANTS: tuple[Invariant, ...] = (
    posts.posts_are_judged,
    posts.held_posts_have_a_deadline,
    posts.held_posts_have_an_open_case,
    posts.gone_posts_show_nothing,
    posts.hidden_parts_are_marked,
    posts.risky_posts_got_their_cards,
    posts.cards_were_given_for_a_signal,
    posts.attached_help_stands,
    places.threads_have_their_opening,
    places.threads_count_visible_replies,
    places.search_finds_every_open_post,
    places.search_finds_nothing_else,
    places.search_holds_what_is_shown,
    messages.numbers_have_no_gap,
    messages.visible_messages_were_said_once,
    messages.newest_event_tells_how_a_message_stands,
    cases.signals_have_their_case,
    cases.one_open_case_per_subject,
    cases.cases_are_about_their_post,
    cases.what_was_noticed_waits_or_was_decided,
    cases.open_cases_are_as_urgent_as_what_was_noticed,
    cases.resolved_cases_are_in_nobodys_hands,
    cases.resolved_cases_were_decided_by_a_human,
    cases.open_cases_have_their_steps,
    cases.steps_taken_raised_the_tier,
    cases.crisis_cases_rang,
    snapshots.what_was_noticed_is_kept,
    snapshots.cases_about_posts_keep_their_words,
    snapshots.kept_words_are_unchanged,
    snapshots.erased_words_are_gone,
    decisions.no_version_is_decided_twice,
    decisions.decided_cases_are_closed,
    decisions.decisions_and_undoings_are_in_the_log_once,
    decisions.decisions_are_as_logged,
    decisions.undone_decisions_name_who,
    decisions.decisions_did_what_they_say,
    decisions.effects_stand_with_their_decision,
    decisions.removed_posts_were_removed_by_a_human,
    decisions.posts_are_shown_as_decided,
    log.chains_are_whole,
    log.cases_were_logged_once,
    log.logged_cases_are_there,
    log.hands_are_in_the_log,
    log.guards_stand,
)


def breaches() -> Iterator[Breach]:
    """Everything that is not as it must be, as of one moment. Reads only, and keeps nobody waiting."""
    with one_moment():
        for invariant in INVARIANTS:
            if broken := invariant():
                yield broken
