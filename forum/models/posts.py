"""Posts: one person's words in a thread or a live session, as they wrote them and as others may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from forum import notes
from forum.tokens import new_token
from peers import boundaries
from peers.models import Peer, Persona

if TYPE_CHECKING:
    from forum.models import LiveSession, Thread

MOST_CHARACTERS = 20_000


class Visibility(models.TextChoices):
    PUBLISHED = "published"
    NOTED = "noted", "folded behind a neutral note"
    HELD = "held", "waiting for a moderator"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn", "taken down by its author"


OPEN = (Visibility.PUBLISHED, Visibility.NOTED)
GONE = (Visibility.REMOVED, Visibility.WITHDRAWN)  # their words are shown to nobody else; they leave a place


class Shown(models.TextChoices):
    """Who sees the help cards under a post."""

    NOBODY = "nobody"
    AUTHOR = "author"
    EVERYONE = "everyone"


class PostQuerySet(models.QuerySet["Post"]):
    def open(self) -> PostQuerySet:
        """What a stranger may see."""
        return self.filter(visibility__in=OPEN)

    def taken_down(self) -> PostQuerySet:
        """What its author took down."""
        return self.filter(visibility=Visibility.WITHDRAWN)

    def seen_by(self, peer: Peer | None, *, with_gone: bool = False) -> PostQuerySet:
        """What this reader may meet: open posts and their own, without blocked people and hidden topics.

        `with_gone` adds the places of words that were taken down; their words stay out of reach.
        """
        met_as = (*OPEN, *GONE) if with_gone else OPEN
        if peer is None:
            return self.filter(visibility__in=met_as)
        hidden = [note for note, way in boundaries.topic_ways(peer).items() if way == "hide"]
        met = self.exclude(peer_id__in=boundaries.unmet_peers(peer))
        if hidden:
            met = met.annotate(hidden_notes=F("notes").bitand(notes.to_bits(hidden)))
            met = met.filter(Q(hidden_notes=0) | Q(peer=peer))
        return met.filter(Q(visibility__in=met_as) | Q(peer=peer))

    def in_thread(self, thread: Thread) -> PostQuerySet:
        """The thread's posts in the order they were written, with their names."""
        return self.filter(thread=thread).order_by("pk").select_related("persona", "peer")

    def of(self, peer: Peer) -> PostQuerySet:
        """Everything this person wrote, newest first, with where it stands."""
        return self.filter(peer=peer).order_by("-pk").select_related("persona", "thread__room", "session")


class Post(models.Model):
    """One peer's words. `title` and `body` are for their author and moderators; everyone else gets what is shown."""

    public_id = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    thread = models.ForeignKey("forum.Thread", models.CASCADE, null=True, related_name="posts")
    session = models.ForeignKey("forum.LiveSession", models.CASCADE, null=True, related_name="posts")
    peer = models.ForeignKey(Peer, models.SET_NULL, null=True, related_name="posts")  # none: "someone", who left
    persona = models.ForeignKey(Persona, models.SET_NULL, null=True, related_name="posts")
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    client_id = models.CharField(max_length=40)
    # The rule set that judged these words: no post exists unjudged.
    judged_by = models.CharField(max_length=40)
    notes = models.PositiveIntegerField(default=0)  # bits of forum.notes: the author's and those judging added
    visibility = models.CharField(max_length=9, choices=Visibility, default=Visibility.HELD)
    redactions = models.JSONField(default=list)  # [[start, end), ...] in code points of forum.text.whole(title, body)
    shown_title = models.CharField(max_length=200, blank=True)  # redacted: what every output uses
    shown_html = models.TextField(blank=True)  # rendered, cleaned twice, redacted
    help_keys = models.JSONField(default=list)
    help_for = models.CharField(max_length=8, choices=Shown, default=Shown.NOBODY)
    reason_key = models.CharField(max_length=40, blank=True)  # why it is held or redacted, in peers' words (templates)
    answer_by = models.DateTimeField(null=True)  # when a moderator should have looked, as told to the author
    hold_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)

    objects = PostQuerySet.as_manager()
    # Set by the posting that judged these words and never stored: whoever reads a post later knows no better.
    may_be_urgent: bool = True

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(thread__isnull=False, session__isnull=True) | Q(thread__isnull=True, session__isnull=False),
                name="post_in_thread_or_session",
            ),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="post_visibility_known"),
            models.CheckConstraint(condition=Q(help_for__in=Shown.values), name="post_help_for_known"),
            models.CheckConstraint(condition=~Q(judged_by=""), name="post_is_judged"),
            # Every hold ends: by a person, or at its deadline.
            models.CheckConstraint(
                condition=~Q(visibility=Visibility.HELD) | Q(hold_until__isnull=False), name="post_hold_has_deadline"
            ),
            models.UniqueConstraint(fields=["peer", "client_id"], name="post_sent_once"),
        ]
        indexes = [
            models.Index(fields=["thread", "id"], name="post_thread_order"),  # a thread's page, by key
            models.Index(fields=["session", "id"], name="post_session_order"),  # retention of a session's words
            models.Index(fields=["peer", "-id"], name="post_peer_newest"),  # my posts; leaving
            models.Index(  # the worker: holds whose deadline has come
                fields=["hold_until"], condition=Q(visibility="held"), name="post_holds_due"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        """Its own address, which leads on to where it stands: on which page of its thread depends on the reader."""
        return f"/posts/{self.public_id}/"

    @property
    def place(self) -> Thread | LiveSession:
        place = self.thread or self.session
        if place is None:
            raise TypeError("a post stands in a thread or a session")  # the database holds this, too
        return place

    @property
    def is_open(self) -> bool:
        return self.visibility in OPEN

    @property
    def note_labels(self) -> tuple[str, ...]:
        return notes.labels(self.notes)
