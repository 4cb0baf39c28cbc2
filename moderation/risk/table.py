"""The table of weights that a model is kept in: features as columns while it learns, as rows when it is written.

There are many times more features than rows. Each row is given to the one feature of those that fall on it that tells
most, and the others weigh nothing. Where all of them shared it, words that no text of the training holds weighed what
others happened to weigh, and plain everyday talk came out as grave.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from moderation.risk.features import BITS, CHECK_BITS, FEWER, KIND_SHIFT, Numbers

_TEXTS = 2  # of one group in which a feature stands at least; one that stands in a single text tells nothing of others
Columns = NDArray[np.intp]
Weights = NDArray[np.float64]


def counted(groups: Iterable[Iterable[Numbers]]) -> tuple[Numbers, list[sparse.csr_matrix]]:
    """The different features of groups of texts, and for each group one row a text, one column a feature.

    A value is how often the text has the feature, over the square root of how many features it has (and `FEWER`).
    """
    found, values, ends, bounds = [], [], [0], [0]
    for group in groups:
        for numbers in group:
            distinct, counts = np.unique(numbers, return_counts=True)
            found.append(distinct.astype(np.int32))
            values.append((counts / np.sqrt(counts.sum() + FEWER)).astype(np.float32))
            ends.append(ends[-1] + len(distinct))
        bounds.append(len(ends) - 1)
    distinct, columns = np.unique(np.concatenate(found), return_inverse=True)
    rows = len(ends) - 1
    matrix = sparse.csr_matrix((np.concatenate(values), columns.astype(np.int32), ends), (rows, len(distinct)))
    parts = [matrix[start:end] for start, end in pairwise(bounds)]
    often = np.max([part.getnnz(axis=0) for part in parts], axis=0) >= _TEXTS
    return distinct[often].astype(np.int64), [part[:, often] for part in parts]


def owners(numbers: Numbers, importance: Weights) -> Columns:
    """Of the features that fall on one row, the most important one: its column for each row that is fallen on."""
    rows = numbers >> CHECK_BITS
    order = np.lexsort((importance, rows))
    return np.sort(order[np.diff(rows[order], append=-1) != 0])


def checks(numbers: Numbers) -> NDArray[np.uint8]:
    """By row, the lower bits of the number of the feature that owns it."""
    found = np.zeros(1 << BITS, dtype=np.uint8)
    found[numbers >> CHECK_BITS] = numbers & ((1 << CHECK_BITS) - 1)
    return found


def folded(numbers: Numbers, matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """The same with a column for each row of the table of categories, on which several features fall."""
    rows = numbers >> CHECK_BITS + KIND_SHIFT
    made = sparse.csr_matrix(
        (matrix.data.copy(), rows[matrix.indices], matrix.indptr.copy()), (matrix.shape[0], 1 << BITS - KIND_SHIFT)
    )
    made.sum_duplicates()
    return made


def spread(numbers: Numbers, weights: Weights) -> Weights:
    """By row, what its owner weighs."""
    found = np.zeros(1 << BITS)
    found[numbers >> CHECK_BITS] = weights
    return found


def rounded(weights: Sequence[Weights]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The weights of several questions, beside each other and in 8 bits each, and what one step of each is worth."""
    table = np.stack(weights, axis=1)
    # The few largest weights are cut so that the many small ones keep their shape.
    used = np.abs(table[np.any(table != 0, axis=1)])
    top = np.quantile(used, 0.9999, axis=0) if len(used) else np.ones(table.shape[1])
    scale = np.maximum(top, 1e-9) / 127
    return np.clip(np.round(table / scale), -127, 127).astype(np.int8), scale.astype(np.float32)
