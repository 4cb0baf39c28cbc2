"""Learn the risk model anew from the labelled texts of the project: `manage.py train_risk`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.risk import corpus, rulebook
from moderation.risk.hearing import load_thresholds
from moderation.risk.model import MODEL
from moderation.risk.vocabulary import RULES


class Command(BaseCommand):
    help = "Learn the weights of the risk model from moderation/risk/corpus and write them to model.npz."
    requires_system_checks = ()  # it needs neither a database nor the rest of the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=MODEL, help="where to write the weights")

        parser.add_argument("--scale", action="store_true", help="only print the scale of scores, for rules/model.toml")

    def handle(self, *, out: Path, scale: bool, **_: Any) -> None:
        try:
            from moderation.risk import training  # noqa: PLC0415 - scikit-learn is not there where the site runs
        except ImportError as error:
            raise CommandError(f"{error.name} is missing: pip install -r requirements-test.txt") from error
        examples = corpus.load("train")
        if scale:
            for line in training.scale(rulebook.load(), examples, load_thresholds(RULES / "model.toml")):
                self.stdout.write(line)
            return
        training.train(rulebook.load(), examples, out)
        self.stdout.write(f"learned from {len(examples)} texts: {out} ({out.stat().st_size / 1e6:.1f} MB)")
