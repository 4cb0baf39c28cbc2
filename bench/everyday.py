"""What the judge makes of everyday comments it was not shown: `python -m bench.everyday` (an hour on a slow machine).

The comments of GoEmotions are in the training, so that figures on them flatter the model. Here it learns from half of
them and judges the other half, and the other way round. Needs requirements-test.txt. No text is ever printed.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bench.figures import share
from moderation.risk import Level, corpus, detector, training
from moderation.risk.model import Model


def halves() -> Iterator[tuple[int, float, float]]:
    """For each half: its comments, and how many are judged amber or above and red or above, in per cent."""
    judge = detector.load()
    read = training.reader_of(judge.ear.book)
    comments = corpus.everyday("goemotions")
    _, talk, questions = training.everyday(read)
    examples = corpus.load("train")
    for half in (0, 1):
        shown = training.Everyday([read(text) for text in comments[1 - half :: 2]], Level.GREEN, training.COMMENT)
        unlabelled = [shown, talk, questions]
        model = Model(training.Learner(read, examples, unlabelled).learned(np.arange(len(examples))))
        model.prepare(judge.ear.book.thesaurus)
        blind = replace(judge, ear=replace(judge.ear, model=model))
        levels = [blind.assess(text).level for text in comments[half::2]]
        yield (
            len(levels),
            share([level >= Level.AMBER for level in levels]),
            share([level >= Level.RED for level in levels]),
        )


def main() -> None:
    """Print the figures."""
    for number, amber, red in halves():
        print(f"{number} comments not shown: amber or above {amber:.1f} %, red or above {red:.1f} %", flush=True)


if __name__ == "__main__":
    main()
