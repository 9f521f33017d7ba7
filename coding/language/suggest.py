"""Suggestions over a whole project: what to propose, in which order, and how good the proposals were.

A suggestion is never a coding. Interviewers' turns, paratext and documents that are kept out (those of a
reliability sample) get none and teach nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from coding.errors import InvalidValue
from coding.language.suggest_cues import CueMatcher
from coding.language.suggest_model import ENOUGH, CodeModel, Embed, train
from coding.model import ORIGINS, Outline, Snapshot, Suggestion, Uid, new_uid
from coding.spans import Span

__all__ = [
    "CodeRecord",
    "ModelCard",
    "TrainingSet",
    "by_uncertainty",
    "cross_validate",
    "evaluate",
    "model_card",
    "propose",
    "training_set",
    "units_of",
]

_TAUGHT_BY: Final = tuple(ORIGINS.index(o) for o in ("manual", "imported", "consensus", "accepted", "spans"))

_NAMING: Final = ("title", "heading", "keywords")
"""Roles of paragraphs that name what the text is about; nobody codes them."""


def units_of(outline: Outline) -> list[Span]:
    """Return the sentences that may get suggestions: respondents' speech and body text, no titles and lists of keywords.

    Args:
        outline: units of one document.
    """
    barred = [(p.start, p.end) for p in outline.paragraphs if not p.codable or p.role in _NAMING]
    barred += [(t.start, t.end) for t in outline.turns if t.role == "interviewer"]
    if not barred:
        return list(outline.sentences)
    barred.sort()
    starts = [s for s, _ in barred]
    out = []
    for start, end in outline.sentences:
        i = bisect_left(starts, start + 1) - 1
        if i < 0 or barred[i][1] <= start:
            out.append((start, end))
    return out


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """Coded units of a project as rows; `labels` has a column for each code of the snapshot."""

    documents: tuple[Uid, ...]
    spans: tuple[Span, ...]
    passages: tuple[str, ...] = field(repr=False)
    labels: npt.NDArray[np.bool_] = field(repr=False)


def _resolved(snapshot: Snapshot) -> npt.NDArray[np.int32]:
    """Return for each code the position of the code that it was merged into, else its own."""
    at = {c.uid: i for i, c in enumerate(snapshot.codes)}
    out = np.arange(len(snapshot.codes), dtype=np.int32)
    for i, code in enumerate(snapshot.codes):
        seen = {i}
        target = code.redirect
        while target is not None and target in at and at[target] not in seen:
            seen.add(at[target])
            out[i] = at[target]
            target = snapshot.codes[at[target]].redirect
    return out


def training_set(snapshot: Snapshot, *, exclude: Collection[Uid] = ()) -> TrainingSet:
    """Return the units of every document that somebody coded, with the codes that people gave them.

    Args:
        snapshot: the project, with texts and outlines.
        exclude: uids of documents that must teach nothing, such as those of a reliability sample.
    """
    table, resolved = snapshot.codings, _resolved(snapshot)
    taught = np.isin(table.origin, _TAUGHT_BY)
    documents: list[Uid] = []
    spans: list[Span] = []
    passages: list[str] = []
    rows: list[npt.NDArray[np.bool_]] = []
    for position, document in enumerate(snapshot.documents):
        mine = np.flatnonzero(taught & (table.document == position))
        if not len(mine) or document.uid in exclude or document.uid not in snapshot.outlines:
            continue
        text = snapshot.texts[document.uid]
        units = units_of(snapshot.outlines[document.uid])
        labels = np.zeros((len(units), len(snapshot.codes)), dtype=bool)
        starts = np.array([s for s, _ in units])
        ends = np.array([e for _, e in units])
        for row in mine:
            shared = np.minimum(ends, table.end[row]) - np.maximum(starts, table.start[row])
            # a unit shows the code if the coding covers half of it, or lies mostly within it
            half = np.minimum(ends - starts, table.end[row] - table.start[row])
            labels[shared * 2 >= half, resolved[table.code[row]]] = True
        documents += [document.uid] * len(units)
        spans += units
        passages += [text[s:e] for s, e in units]
        rows.append(labels)
    matrix = np.vstack(rows) if rows else np.zeros((0, len(snapshot.codes)), dtype=bool)
    return TrainingSet(tuple(documents), tuple(spans), tuple(passages), matrix)


def propose(
    snapshot: Snapshot,
    *,
    method: Literal["auto", "cues", "model"] = "auto",
    exclude: Collection[Uid] = (),
    documents: Collection[Uid] | None = None,
    threshold: float = 0.5,
    embed: Embed | None = None,
    seed: int = 0,
) -> list[Suggestion]:
    """Return suggestions for units that do not yet carry the code they suggest.

    Args:
        snapshot: the project, with texts and outlines.
        method: ``cues``; ``model``; ``auto`` takes the model for codes with five coded units, cues for the rest.
        exclude: uids of documents that neither teach nor get suggestions: reliability samples, blind rounds.
        documents: uids of the documents that get suggestions; all by default.
        threshold: least probability, 0 to 1, for the model to suggest.
        embed: a sentence encoder, see `suggest_model.embedding`.
        seed: of the training sample.

    Returns:
        Open suggestions in the order of documents and text; `by_uncertainty` orders them for review.

    Raises:
        InvalidValue: ``model`` is asked for and no code has enough coded units.
    """
    matcher = CueMatcher(snapshot.codes)
    model: CodeModel | None = None
    if method != "cues":
        examples = training_set(snapshot, exclude=exclude)
        learnable = len(examples.passages) and int(examples.labels.sum(axis=0).max(initial=0)) >= ENOUGH
        if learnable:
            model = train(examples.passages, examples.labels, cues=matcher, embed=embed, seed=seed)
        elif method == "model":
            raise InvalidValue(f"No code has {ENOUGH} coded units yet; code on, or use the cue words.")
    out: list[Suggestion] = []
    carried = _carried(snapshot)
    for position, document in enumerate(snapshot.documents):
        wanted = documents is None or document.uid in documents
        if not wanted or document.uid in exclude or document.uid not in snapshot.outlines:
            continue
        text = snapshot.texts[document.uid]
        units = units_of(snapshot.outlines[document.uid])
        for unit, code, score, by_model in _scored([text[s:e] for s, e in units], snapshot, matcher, model, threshold):
            start, end = units[unit]
            if any(s < end and start < e for s, e in carried.get((position, code), ())):
                continue
            source, version = ("model", model.version) if by_model and model else ("cues", matcher.version)
            uid = snapshot.codes[code].uid
            out.append(Suggestion(new_uid(), document.uid, uid, start, end, source, version, round(score, 4)))
    return out


def _carried(snapshot: Snapshot) -> dict[tuple[int, int], list[Span]]:
    table, resolved = snapshot.codings, _resolved(snapshot)
    out: dict[tuple[int, int], list[Span]] = {}
    for row in range(len(table)):
        key = int(table.document[row]), int(resolved[table.code[row]])
        out.setdefault(key, []).append((int(table.start[row]), int(table.end[row])))
    return out


def _scored(
    passages: Sequence[str], snapshot: Snapshot, matcher: CueMatcher, model: CodeModel | None, threshold: float
) -> list[tuple[int, int, float, bool]]:
    """Return (unit, code, score, whether by the model), in the order of units and codes."""
    learnt = set(model.codes) if model else set()
    out = [(h.passage, h.code, h.score, False) for h in matcher.hits(passages) if h.code not in learnt]
    if model is not None and passages:
        scores = model.scores(passages)
        for unit, column in np.argwhere(scores >= threshold):
            code = snapshot.codes[model.codes[column]]
            if code.codable and not code.retired and code.redirect is None:
                out.append((int(unit), model.codes[column], float(scores[unit, column]), True))
    return sorted(out)


def by_uncertainty(suggestions: Sequence[Suggestion], *, random_share: float = 0.2, seed: int = 0) -> list[Suggestion]:
    """Order suggestions so that a decision teaches most: those nearest one half first, mixed with random ones.

    Args:
        suggestions: open ones.
        random_share: share, 0 to 1, that is drawn at random, so that what the model is wrongly sure of is
            seen too.
        seed: of the draw; the same seed gives the same order.

    Raises:
        InvalidValue: `random_share` is not between 0 and 1.
    """
    if not 0 <= random_share <= 1:
        raise InvalidValue(f"random_share is {random_share}; a share from 0 to 1 is needed.")
    near = sorted(range(len(suggestions)), key=lambda i: (abs(2 * suggestions[i].score - 1), i))
    chance = np.random.default_rng(seed)
    drawn = list(chance.permutation(len(suggestions)))
    at_random = chance.random(len(suggestions)) < random_share
    out: list[int] = []
    used: set[int] = set()
    queues: dict[bool, Any] = {False: iter(near), True: iter(drawn)}
    for wish in at_random:
        index = next(int(i) for i in queues[bool(wish)] if int(i) not in used)
        used.add(index)
        out.append(index)
    return [suggestions[i] for i in out]


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """What became of one code's suggestions, and what they missed."""

    code: Uid
    suggested: int
    accepted: int
    refused: int
    open: int
    found: int
    """Human codings that a suggestion of the code touched."""
    coded: int
    """Human codings of the code in documents that got suggestions."""

    @property
    def precision(self) -> float | None:
        """Accepted among the decided ones; None where nothing was decided."""
        decided = self.accepted + self.refused
        return self.accepted / decided if decided else None

    @property
    def recall(self) -> float | None:
        """Human codings that were also suggested; None where there are none.

        Codings made while suggestions were on screen flatter it, since people take up what they see.
        """
        return self.found / self.coded if self.coded else None


def evaluate(snapshot: Snapshot, *, source: str | None = None) -> list[CodeRecord]:
    """Return precision and recall per code from what people decided.

    Args:
        snapshot: the project with its suggestions and codings.
        source: only suggestions by ``cues`` or by ``model``; all by default.

    Returns:
        One record for each code that was suggested or coded where suggestions were made, in tree order.
    """
    resolved = _resolved(snapshot)
    at = {c.uid: int(resolved[i]) for i, c in enumerate(snapshot.codes)}
    where = {d.uid: i for i, d in enumerate(snapshot.documents)}
    counts: dict[int, dict[str, int]] = {}
    places: dict[tuple[int, int], list[Span]] = {}
    touched: set[int] = set()
    for s in snapshot.suggestions:
        if s.code not in at or s.document not in where or (source is not None and s.source != source):
            continue
        tally = counts.setdefault(at[s.code], {})
        tally[s.status] = tally.get(s.status, 0) + 1
        places.setdefault((where[s.document], at[s.code]), []).append((s.start, s.end))
        touched.add(where[s.document])
    coded, found = _recalled(snapshot, resolved, places, touched)
    out = []
    for code in sorted({*counts, *coded}):
        tally = counts.get(code, {})
        accepted, refused, still = (tally.get(k, 0) for k in ("accepted", "refused", "open"))
        total = accepted + refused + still
        uid = snapshot.codes[code].uid
        out.append(CodeRecord(uid, total, accepted, refused, still, found.get(code, 0), coded.get(code, 0)))
    return out


def _recalled(
    snapshot: Snapshot, resolved: npt.NDArray[np.int32], places: Mapping[tuple[int, int], list[Span]], touched: set[int]
) -> tuple[dict[int, int], dict[int, int]]:
    table = snapshot.codings
    coded: dict[int, int] = {}
    found: dict[int, int] = {}
    for row in np.flatnonzero(np.isin(table.document, list(touched))):
        document, code = int(table.document[row]), int(resolved[table.code[row]])
        coded[code] = coded.get(code, 0) + 1
        start, end = int(table.start[row]), int(table.end[row])
        if any(s < end and start < e for s, e in places.get((document, code), ())):
            found[code] = found.get(code, 0) + 1
    return coded, found


def cross_validate(
    examples: TrainingSet,
    *,
    cues: CueMatcher | None = None,
    embed: Embed | None = None,
    folds: int = 5,
    threshold: float = 0.5,
) -> dict[int, tuple[int, int, int]]:
    """Return (right, wrong, missed) suggestions per code on documents that the model did not see.

    Args:
        examples: coded units.
        cues: the codebook's cues.
        embed: a sentence encoder.
        folds: parts; whole documents stay together, so fewer documents mean fewer parts.
        threshold: least probability to suggest.

    Returns:
        Column of a code to its counts; {} where there are fewer than two documents.
    """
    names = sorted(set(examples.documents))
    folds = min(folds, len(names))
    out: dict[int, list[int]] = {}
    if folds < 2:
        return {}
    part = {name: i % folds for i, name in enumerate(names)}
    groups = np.array([part[d] for d in examples.documents])
    for fold in range(folds):
        learn, test = np.flatnonzero(groups != fold), np.flatnonzero(groups == fold)
        try:
            model = train([examples.passages[i] for i in learn], examples.labels[learn], cues=cues, embed=embed)
        except InvalidValue:
            continue  # too few codings outside this part
        said = model.scores([examples.passages[i] for i in test]) >= threshold
        for column, code in enumerate(model.codes):
            truth = examples.labels[test, code]
            tally = out.setdefault(code, [0, 0, 0])
            tally[0] += int((said[:, column] & truth).sum())
            tally[1] += int((said[:, column] & ~truth).sum())
            tally[2] += int((~said[:, column] & truth).sum())
    return {code: (t[0], t[1], t[2]) for code, t in sorted(out.items())}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model is, what it learnt from, how well it does and what it must not be used for."""

    facts: Mapping[str, Any]

    def to_markdown(self, language: Literal["en", "zh"] = "en") -> str:
        """Return the card as a page.

        Args:
            language: ``en`` or ``zh``.
        """
        words = _CARD[language]
        f = self.facts
        out = [f"# {words['title']}", "", f"{words['version']}: `{f['version']}`  "]
        out.append(f"{words['learnt'].format(units=f['units'], documents=f['documents'], excluded=f['excluded'])}  ")
        out += [words["what"], "", words["table"], "|---|---:|---:|---:|---:|"]
        for row in f["codes"]:
            shares = " | ".join("–" if row[k] is None else f"{row[k]:.2f}" for k in ("precision", "recall", "f1"))
            name = row["name_zh"] if language == "zh" and row["name_zh"] else row["name"]
            out.append(f"| {name.replace('|', '/')} | {row['units']} | {shares} |")
        out += ["", words["limits"]]
        return "\n".join(out)


_CARD: Final = {
    "en": {
        "title": "Model card: suggestions of codes",
        "version": "Version",
        "learnt": "Learnt from {units} units of {documents} documents; {excluded} documents were kept out (reliability samples, blind rounds).",
        "what": "One L2-regularised logistic regression a code on hashed runs of characters and the codebook's cue words, trained on this machine.",
        "table": "| Code | coded units | precision | recall | F1 |",
        "limits": "Figures are from documents that the model had not seen, and hold for this project only. “–” is undefined. The model repeats what its "
        "coders did, their blind spots included. A suggestion is no coding: only a person's decision counts, and agreement is computed without accepted suggestions.",
    },
    "zh": {
        "title": "模型说明：代码建议",
        "version": "版本",
        "learnt": "训练数据：{documents} 份文档中的 {units} 个分析单位；另有 {excluded} 份文档不参与训练（信度样本、盲编轮次）。",
        "what": "每个代码一个带 L2 正则的逻辑回归，特征为字符片段的散列和编码手册中的提示词；在本机训练。",
        "table": "| 代码 | 已编码单位 | 精确率 | 召回率 | F1 |",
        "limits": "数字来自模型未见过的文档，仅适用于本项目；“–”表示无法计算。模型会重复编码员的做法，包括其盲点。建议不是编码：只有人的决定才算数，计算一致性时不含已接受的建议。",
    },
}


def model_card(
    snapshot: Snapshot, *, exclude: Collection[Uid] = (), embed: Embed | None = None, folds: int = 5
) -> ModelCard:
    """Train as `propose` does, test on unseen documents, and write down what came out.

    Args:
        snapshot: the project, with texts and outlines.
        exclude: uids of documents that are kept out.
        embed: a sentence encoder.
        folds: parts of the cross-validation.

    Raises:
        InvalidValue: no code has enough coded units.
    """
    examples = training_set(snapshot, exclude=exclude)
    matcher = CueMatcher(snapshot.codes)
    model = train(examples.passages, examples.labels, cues=matcher, embed=embed)
    tested = cross_validate(examples, cues=matcher, embed=embed, folds=folds)
    rows = []
    for code, units in zip(model.codes, model.positives, strict=True):
        right, wrong, missed = tested.get(code, (0, 0, 0))
        rows.append(
            {
                "code": snapshot.codes[code].uid,
                "name": snapshot.codes[code].name,
                "name_zh": snapshot.codes[code].name_zh,
                "units": units,
                "precision": _share(right, right + wrong),
                "recall": _share(right, right + missed),
                "f1": _share(2 * right, 2 * right + wrong + missed),
            }
        )
    return ModelCard(
        {
            "version": model.version,
            "cues": matcher.version,
            "units": len(examples.passages),
            "documents": len(set(examples.documents)),
            "excluded": len(set(exclude)),
            "folds": min(folds, len(set(examples.documents))),
            "codes": rows,
        }
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
