"""Units of a text as compact JSON: they are many, and the segmenter's version stands with them."""

from __future__ import annotations

import json
from functools import lru_cache

from coding.model import Outline, Paragraph, Turn
from coding.storage.things import dumps

__all__ = ["pack_outline", "unpack_outline"]


def pack_outline(outline: Outline) -> str:
    """Return an outline as text.

    >>> pack_outline(Outline("en", sentences=((0, 3),)))
    '{"i":[],"l":"en","p":[],"s":"","t":[],"x":[[0,3]]}'
    """
    return dumps(
        {
            "l": outline.language,
            "s": outline.segmenter,
            "p": [[p.start, p.end, p.language, p.role, int(p.codable)] for p in outline.paragraphs],
            "t": [[t.start, t.end, t.label_end, t.speaker, t.role, t.begin_ms, t.end_ms] for t in outline.turns],
            "x": [list(s) for s in outline.sentences],
            "i": [list(s) for s in outline.items],
        }
    )


@lru_cache(maxsize=8)  # frozen values, and whoever shows, counts or exports a text asks for its units again and again
def unpack_outline(packed: str | None) -> Outline:
    """Return the outline of a text made by `pack_outline`; of an erased one, an empty outline."""
    if not packed:
        return Outline()
    raw = json.loads(packed)
    return Outline(
        language=raw["l"],
        paragraphs=tuple(Paragraph(a, b, lang, role, bool(ok)) for a, b, lang, role, ok in raw["p"]),
        turns=tuple(Turn(*turn) for turn in raw["t"]),
        sentences=tuple((a, b) for a, b in raw["x"]),
        items=tuple((a, b) for a, b in raw["i"]),
        segmenter=raw["s"],
    )
