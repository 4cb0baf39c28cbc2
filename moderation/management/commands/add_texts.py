"""Add labelled texts to the corpus the risk model learns from: `manage.py add_texts part.txt --lang en`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.risk import corpus


class Command(BaseCommand):
    help = (
        "Add texts to moderation/risk/corpus: lines of `RC suicide passive_si | the words`, groups of a risky text and "
        "its harmless twins apart by a blank line. A fifth of the groups is never learned from, by its name alone."
    )
    requires_system_checks = ()  # it needs neither a database nor the rest of the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", type=Path, help="the file; its name becomes part of the groups' names")
        parser.add_argument("--lang", required=True, help="the language of the texts, such as en")
        parser.add_argument("--ordinary", action="store_true", help="plain everyday talk, no twin of anything")
        parser.add_argument("--corpus", type=Path, default=corpus.CORPUS, help="another folder than the project's own")

    def handle(self, *, part: Path, lang: str, **options: Any) -> None:
        try:
            texts = corpus.read_part(part, lang)
            added = corpus.add(texts, options["corpus"], ordinary=options["ordinary"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(", ".join(f"{name}: {number}" for name, number in added.items()))
