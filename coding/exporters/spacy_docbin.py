"""spaCy's DocBin out: documents with codings as span groups, one group a coder, for those who train models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coding.exporters.files import atomic
from coding.exporters.passages import Passages
from coding.exporters.report import ExportReport, Loss
from coding.language.pipelines import pipeline
from coding.model import Snapshot

__all__ = ["write_docbin"]


def write_docbin(
    snapshot: Snapshot, path: str | Path, *, group: str | None = None, progress: bool = False
) -> ExportReport:
    """Write each document as a Doc whose ``doc.spans`` hold the codings, labelled by code path.

    A passage that begins or ends inside a token is widened to whole tokens and counted. A document is left
    out where it, one of its cases or one of its passages may not be quoted, since a DocBin holds whole texts.

    Args:
        snapshot: the project.
        path: the file.
        group: name of the one span group for all coders, such as ``sc``; None makes one a coder.
        progress: unused; every format takes it.
    """
    del progress
    from spacy.tokens import DocBin

    target, passages = Path(path), Passages(snapshot)
    t = snapshot.codings
    rows: dict[int, list[int]] = {}
    for row in passages.rows.tolist():
        rows.setdefault(int(t.document[row]), []).append(row)
    bag, widened, written, left = DocBin(store_user_data=True), 0, 0, []
    for index, document in enumerate(snapshot.documents):
        if document.uid in passages.closed:
            left.append(document.name)
            continue
        make = pipeline(document.language, segmenter="char", trained=False).nlp
        make.max_length = max(make.max_length, document.length + 1)
        doc = make.make_doc(snapshot.texts[document.uid])
        doc.user_data["name"], doc.user_data["uid"] = document.name, document.uid
        groups: dict[str, list[Any]] = {}
        for row in rows.get(index, ()):
            start, end, label = int(t.start[row]), int(t.end[row]), str(passages.tree.paths[passages.code_of[row]])
            span = doc.char_span(start, end, label=label, alignment_mode="expand")
            if span is not None:
                written += 1
                widened += (span.start_char, span.end_char) != (start, end)
                groups.setdefault(group or snapshot.coders[int(t.coder[row])].name, []).append(span)
        for name, spans in groups.items():
            doc.spans[name] = spans
        bag.add(doc)
    with atomic(target) as temporary:
        temporary.write_bytes(bag.to_bytes())
    losses = []
    if widened:
        losses.append(Loss("passages", widened, "widened to whole tokens"))
    if left:
        losses.append(Loss("documents", len(left), "may not be quoted; left out", tuple(left[:10])))
    counts = {"documents": len(snapshot.documents) - len(left), "codings": written}
    return ExportReport("spacy", target.name, files=(target.name,), counts=counts, losses=tuple(losses))
