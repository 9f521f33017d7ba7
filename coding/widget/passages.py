"""Disagreements as the browser shows them: the words around, both coders' spans, what it was about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from coding.model import Paragraph
from coding.project.agreement_charts import kind_words

if TYPE_CHECKING:
    from coding.agreement.disagreements import Disagreement, Passage
    from coding.project import Project

_EDGES = {
    "same": ("same passage", "同一片段"),
    "inside": ("one inside the other", "一个包含另一个"),
    "differ": ("edges differ", "边界不同"),
}


class Passages:
    """Reads the words of disagreements from a project.

    Args:
        project: where the texts are.
        found: the disagreements; their numbers are their ids here.
    """

    def __init__(self, project: Project, found: Sequence[Disagreement]) -> None:
        self.project = project
        self.found = list(found)
        self._tree = project.codebook.tree

    def words(self, d: Disagreement) -> dict[str, str]:
        """Return the kind of a disagreement, in both languages."""
        return {
            "en": ", ".join(
                filter(None, (kind_words(d.kind, "en"), _EDGES[d.edges][0] if d.edges else ""))
            ).capitalize(),
            "zh": "，".join(filter(None, (kind_words(d.kind, "zh"), _EDGES[d.edges][1] if d.edges else ""))),
        }

    def item(self, number: int, *, around: int = 0) -> dict[str, Any]:
        """Return one disagreement with its words.

        Args:
            number: of the disagreement.
            around: paragraphs to show before and after.
        """
        d = self.found[number]
        store = self.project.store
        outline = store.outline(d.document_uid)
        first, last = span_of_paragraphs(outline.paragraphs, d.start, d.end, around)
        if around == 0:
            first, last = _sentences(outline.sentences, d.start, d.end, first, last)
        settled = self.project.consensus.about(p.uid for p in (*d.a, *d.b))
        return {
            "id": str(number), "document": d.document_uid, "name": d.document,
            "paragraph": 1 + sum(p.end <= d.start for p in outline.paragraphs),
            "kind": d.kind, "words": self.words(d), "language": language_at(outline.paragraphs, d.start),
            "text": store.text(d.document_uid)[first:last], "at": first,
            "a": [self._side(p) for p in d.a], "b": [self._side(p) for p in d.b],
            "coders": [d.first, d.second],
            "settled": f"{settled.decision}: {'; '.join(settled.reasons)}" if settled else "",
        }  # fmt: skip

    def _side(self, passage: Passage) -> dict[str, Any]:
        code = self._tree.get(passage.code.uid)
        return {
            "start": passage.start, "end": passage.end, "code": code.name, "code_zh": code.name_zh,
            "hue": self._tree.hue(code), "uid": passage.uid,
        }  # fmt: skip


def span_of_paragraphs(paragraphs: Sequence[Paragraph], start: int, end: int, around: int) -> tuple[int, int]:
    """Return the stretch of the paragraphs that a passage lies in, with some before and after."""
    inside = [i for i, p in enumerate(paragraphs) if p.start < end and start < p.end]
    if not inside:
        return start, end
    low, high = max(0, inside[0] - around), min(len(paragraphs) - 1, inside[-1] + around)
    return paragraphs[low].start, paragraphs[high].end


def _sentences(sentences: Sequence[tuple[int, int]], start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Narrow a stretch to the sentence before, those of the passage, and the one after."""
    inside = [i for i, (s, e) in enumerate(sentences) if s < end and start < e]
    if not inside:
        return first, last
    low, high = max(0, inside[0] - 1), min(len(sentences) - 1, inside[-1] + 1)
    return max(first, sentences[low][0]), min(last, sentences[high][1])


def language_at(paragraphs: Sequence[Paragraph], at: int) -> str:
    """Return the language of the paragraph at an offset."""
    return next((p.language for p in paragraphs if p.start <= at < p.end), "und")
