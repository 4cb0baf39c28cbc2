"""What this app shows on other apps' pages. A tag that fails shows nothing: help must never break a page."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from forum import pausing
from forum.live import calendar, feedback
from forum.models import LiveSession, Post, Thread
from moderation import beside, live_beside, suppression
from moderation.capabilities import Capability
from moderation.signing_in import staff_of

register = template.Library()
log = logging.getLogger(__name__)
Found = dict[str, Any] | None
Finds = Callable[..., Found]


def calm_tag(template_name: str) -> Callable[[Finds], Finds]:
    """Register a tag that renders `template_name` with what the function finds, and nothing where it finds nothing.

    Finding and rendering happen inside one guard; of a failure only its kind is logged.
    """

    def wrap(find: Finds) -> Finds:
        def tag(context: Context, *given: Any) -> SafeString:
            try:
                found = find(context.get("request"), *given)
                return _rendered(template_name, found, context)
            except Exception as problem:  # noqa: BLE001  (the promise of this file: a page never breaks on a tag)
                log.warning("the tag %s failed: %s", find.__name__, type(problem).__name__)
                return SafeString("")

        register.simple_tag(tag, takes_context=True, name=find.__name__)
        return find

    return wrap


def _rendered(template_name: str, found: Found, context: Context) -> SafeString:
    if found is None:
        return SafeString("")
    html = render_to_string(template_name, {**found, "look": context.get("look")}, request=context.get("request"))
    return mark_safe(html.strip())  # noqa: S308  (a template's own output)


@calm_tag("moderation/shift_line.html")
def shift_line(request: HttpRequest | None) -> Found:
    """Who is here now, in one line; and one more while the site is not open."""
    found = beside.on_shift()
    if request is not None:
        pausing.remember(request, found["shift"].mode)
    return found


@calm_tag("moderation/help_cards.html")
def help_cards(request: HttpRequest | None, post: Post) -> Found:
    """Full cards with lines for the author; one line for readers where the post's help is for everyone."""
    return beside.help_beside(request, post)


@calm_tag("moderation/safety_page.html")
def safety_page(request: HttpRequest | None, post: Post) -> Found:
    """The inner part of the page that answers words at risk, for their author."""
    return beside.answer_to(request, post)


@calm_tag("moderation/report_link.html")
def report_link(request: HttpRequest | None, post: Post) -> Found:
    """The way to report someone else's post."""
    return None if beside.is_author(request, post) else {"post": post}


@calm_tag("moderation/thread_care.html")
def thread_care(request: HttpRequest | None, thread: Thread) -> Found:
    """To moderators alone: the way to move or close the thread."""
    moderator = staff_of(request) if request is not None else None
    return {"thread": thread} if moderator and moderator.can(Capability.THREADS) else None


@calm_tag("moderation/aftercare.html")
def aftercare(request: HttpRequest | None, post: Post) -> Found:
    """To the author alone: why their post waits or is hidden, until when, and what a moderator decided."""
    return beside.what_became_of(request, post)


@calm_tag("moderation/marked_parts.html")
def marked_parts(request: HttpRequest | None, post: Post) -> Found:
    """To the author of words that wait: the part to change, so that the rest goes up."""
    return beside.marked_in(request, post)


@calm_tag("moderation/my_messages.html")
def my_messages(request: HttpRequest | None) -> Found:
    """In one's own space: the private words of moderators."""
    return beside.messages_for(request)


@calm_tag("moderation/my_statements.html")
def my_statements(request: HttpRequest | None) -> Found:
    """In one's own space: what is restricted, and the way to the reasons."""
    return beside.statements_for(request)


@calm_tag("moderation/how_is_it.html")
def how_is_it(request: HttpRequest | None) -> Found:
    """In one's own space, a day and three days after a crisis: how it is now."""
    return beside.question_for(request)


@calm_tag("moderation/host_acts.html")
def host_acts(request: HttpRequest | None, session: LiveSession, post: Post, where: str) -> Found:
    """To whoever looks after a live session: what can be done about one message. `where` keeps two of one apart."""
    return live_beside.acts_on(request, session, post, where)


@calm_tag("moderation/host_team.html")
def host_team(request: HttpRequest | None, session: LiveSession) -> Found:
    """To whoever looks after a live session: asking a moderator in, and the team's notes."""
    return live_beside.team_part(request, session)


@calm_tag("moderation/live_words.html")
def live_words(request: HttpRequest | None, session: LiveSession) -> Found:
    """In a live room, to one person alone: private words to them, and why their writing rests."""
    return live_beside.for_me(request, session)


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key; nothing where it holds nothing."""
    return mapping.get(key)


@register.filter
def told_together(counts: Sequence[int]) -> suppression.Said | None:
    """Counts of one thing as they may be told beside their total; None where there are fewer than five in all."""
    return suppression.said_together(counts) if sum(counts) >= suppression.LEAST else None


@calm_tag("moderation/felt_everywhere.html")
def felt_everywhere(request: HttpRequest | None) -> Found:
    """In a host's list, to leads alone: how all hosts' sessions were for people."""
    moderator = staff_of(request) if request is not None else None
    if moderator is None or not moderator.can(Capability.BOARD):
        return None
    rows = calendar.held_lately()
    return {"rows": rows, "counts": feedback.counts_of(rows, timezone.now())}


@calm_tag("moderation/help_for_search.html")
def help_for_search(request: HttpRequest | None, query: str) -> Found:
    """Help above the results where the words looked for are those of someone who may need it. Keeps nothing."""
    return beside.help_for_words(request, query)
