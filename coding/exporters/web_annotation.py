"""W3C Web Annotation: codings as a JSON-LD collection with positions and, where allowed, the quoted words.

Source: W3C Recommendation "Web Annotation Data Model", 23 February 2017, sections 4.2.4 and 4.2.5;
positions count code points from 0, ends exclusive.
"""

from __future__ import annotations

import json
from pathlib import Path

from coding.exporters.files import atomic
from coding.exporters.passages import Passages
from coding.exporters.report import ExportReport, Loss
from coding.model import Snapshot

__all__ = ["write_json_ld"]


def write_json_ld(snapshot: Snapshot, path: str | Path, *, text: bool = True, progress: bool = False) -> ExportReport:
    """Write the codings as an AnnotationCollection with one page.

    Args:
        snapshot: the project.
        path: the file.
        text: whether to add the quoted words; what may not be quoted has its position only.
        progress: unused; every format takes it.
    """
    del progress
    target, passages = Path(path), Passages(snapshot)
    with atomic(target) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        head = {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "id": f"urn:uuid:{snapshot.project.uid}",
            "type": "AnnotationCollection",
            "label": snapshot.project.name,
            "total": len(passages),
        }
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ',\n"first": {"type": "AnnotationPage", "items": [')
        for number, p in enumerate(passages):
            selectors: list[dict[str, object]] = [{"type": "TextPositionSelector", "start": p.start, "end": p.end}]
            if text and not p.withheld:
                selectors.append({"type": "TextQuoteSelector", "exact": p.text})
            item = {
                "id": f"urn:uuid:{p.uid}",
                "type": "Annotation",
                "motivation": "classifying",
                "creator": {"type": "Person", "name": p.coder.name},
                **({"created": p.created} if p.created else {}),
                "body": {"type": "TextualBody", "purpose": "tagging", "value": p.path},
                "target": {"source": f"urn:uuid:{p.document.uid}", "selector": selectors},
            }
            out.write((",\n" if number else "\n") + json.dumps(item, ensure_ascii=False))
        out.write("\n]}}\n")
    withheld = passages.withheld if text else 0
    losses = (Loss("passages", withheld, "may not be quoted; position only"),) if withheld else ()
    counts = {"codings": len(passages)}
    return ExportReport("web-annotation", target.name, files=(target.name,), counts=counts, losses=losses)
