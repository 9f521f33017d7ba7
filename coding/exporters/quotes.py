"""Passages for papers: with speaker, paragraph, original and translation; and the axial table of Chinese journals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coding.exporters.passages import WITHHELD, Passage, Passages
from coding.exporters.report import ExportReport, Loss
from coding.exporters.tabular import Table, write_csv, write_xlsx
from coding.model import Outline, Snapshot, Uid
from coding.tables.resolve import name_in

__all__ = ["speaker_of", "translation_of", "write_axial", "write_quotes"]

_QUOTES = ("Code", "Path", "Speaker", "Role", "Document", "Paragraph", "Coder", "Text", "Language", "Translation",
           "May be quoted", "Memo")  # fmt: skip
_AXIAL = ("原始语句", "初始概念", "范畴", "主范畴", "来源")


def speaker_of(p: Passage) -> str:
    """Return who speaks, by pseudonym; a case without one shows its document, never its name."""
    return p.case.pseudonym or p.document.name if p.case else p.document.name


def translation_of(snapshot: Snapshot) -> dict[Uid, Uid]:
    """Return the translation of each document that has one."""
    return {d.original: d.uid for d in snapshot.documents if d.original}


class _Translations:
    """The paragraph of the translation that stands beside a passage."""

    def __init__(self, passages: Passages) -> None:
        self.p = passages
        self.of = translation_of(passages.snapshot)

    def __call__(self, p: Passage) -> str:
        other = self.of.get(p.document.uid)
        if other is None or p.withheld or not p.paragraph:
            return ""
        outlines = self.p.snapshot.outlines
        here, there = (outlines.get(uid) or Outline() for uid in (p.document.uid, other))
        # only where both have as many paragraphs can one stand beside the other
        if len(here.paragraphs) != len(there.paragraphs):
            return ""
        paragraph = there.paragraphs[p.paragraph - 1]
        allowed = self.p.closed.permission(other, paragraph.start, paragraph.end)
        if allowed != "verbatim":
            return WITHHELD[allowed, self.p.language]
        return self.p.snapshot.texts[other][paragraph.start : paragraph.end]


def _write(name: str, target: Path, table: Table, passages: Passages) -> ExportReport:
    (write_xlsx if target.suffix.lower() == ".xlsx" else write_csv)(target, table)
    losses = []
    if passages.withheld:
        losses.append(Loss("passages", passages.withheld, "may not be quoted; their words are withheld"))
    if table.joined:
        losses.append(Loss("line breaks", table.joined, "cells with line breaks have spaces instead"))
    if table.cut:
        losses.append(Loss("cells", len(table.cut), "longer than Excel allows, cut", tuple(table.cut[:10])))
    counts = {"passages": len(passages)}
    return ExportReport(name, target.name, files=(target.name,), counts=counts, losses=tuple(losses))


def write_quotes(snapshot: Snapshot, path: str | Path, *, language: str = "en", progress: bool = False) -> ExportReport:
    """Write every passage with pseudonym, role, paragraph, original and translation: csv or xlsx by the suffix.

    Args:
        snapshot: the project.
        path: the file.
        language: of codes and of the note on withheld words.
        progress: unused; every format takes it.
    """
    del progress
    passages = Passages(snapshot, language=language)
    beside = _Translations(passages)

    def rows() -> Iterator[list[Any]]:
        for p in passages:
            memo = "\n\n".join(m.body for m in p.memos)
            yield [name_in(p.code, language), p.path, speaker_of(p), p.role, p.document.name, p.paragraph or None,
                   p.coder.name, p.text, p.document.language, beside(p), p.quotable, memo]  # fmt: skip

    return _write("quotes", Path(path), Table(_QUOTES, rows()), passages)


def write_axial(snapshot: Snapshot, path: str | Path, *, language: str = "zh", progress: bool = False) -> ExportReport:
    """Write the table of grounded theory in Chinese journals: 原始语句, 初始概念, 范畴, 主范畴.

    A passage's code is the concept, its parent the category, the one above that the main category; a
    code of three levels or more gives its own level, its parent and its top.

    Args:
        snapshot: the project.
        path: csv or xlsx by the suffix.
        language: of the names of codes.
        progress: unused; every format takes it.
    """
    del progress
    passages = Passages(snapshot, language=language)
    tree = passages.tree

    def rows() -> list[list[Any]]:
        out = []
        for p in passages:
            chain = [str(tree.names[i]) for i in tree.chains[tree.at[p.code.uid]]]
            concept = chain[-1]
            category = chain[-2] if len(chain) > 1 else ""
            main = chain[0] if len(chain) > 2 else category
            source = f"{speaker_of(p)}" + (f"，第{p.paragraph}段" if p.paragraph else "")
            out.append([p.text, concept, category, main, source])
        return sorted(out, key=lambda r: (r[3], r[2], r[1]))

    return _write("axial", Path(path), Table(_AXIAL, rows()), passages)
