"""Reading back what was just written: the schema holds, and the same words lie under every coding.

Deliberately not the code of the writer or of the importer: the source is cut as bytes of the unit
that the file claims, so that a mistake in a conversion shows.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from coding.errors import ExportFailed
from coding.refi import CODEBOOK_NS, PROJECT_NS, Convention, guid

if TYPE_CHECKING:
    from coding.exporters.refi_plan import Plan

__all__ = ["check_codebook", "check_project", "schema"]

_SCHEMAS = Path(__file__).parent / "schemas"


@cache
def schema(kind: str) -> Any:
    """Return the published schema of a ``Project`` or a ``Codebook``."""
    from lxml import etree

    return etree.XMLSchema(etree.parse(str(_SCHEMAS / f"{kind}-mrt2019.xsd")))


def _events(stream: IO[bytes], kind: str, *tags: str) -> Any:
    from lxml import etree

    namespace = PROJECT_NS if kind == "Project" else CODEBOOK_NS
    wanted = [f"{{{namespace}}}{tag}" for tag in tags]
    return etree.iterparse(
        stream,
        events=("end",),
        tag=wanted,
        schema=schema(kind),
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
    )


def check_codebook(data: bytes, plan: Plan) -> None:
    """Make sure that a codebook is valid and holds every code.

    Raises:
        ExportFailed: it does not.
    """
    from lxml import etree

    try:
        found = sum(1 for _ in _events(io.BytesIO(data), "Codebook", "Code"))
    except etree.XMLSyntaxError as error:
        raise ExportFailed(f"The codebook would not be valid REFI-QDA: {error.msg}. Nothing was written.") from error
    if found != len(plan.codes):
        raise ExportFailed(f"Of {len(plan.codes)} codes {found} would have been written. Nothing was written.")


def check_project(path: Path, plan: Plan, convention: Convention) -> None:
    """Make sure that an archive is valid and that every coding covers the words it covers in the project.

    Args:
        path: the archive.
        plan: what it should hold.
        convention: how its offsets count.

    Raises:
        ExportFailed: it is not, with the first coding that differs.
    """
    from lxml import etree

    try:
        with zipfile.ZipFile(path) as archive, archive.open("project.qde") as stream:
            _compare(archive, _events(stream, "Project", "PlainTextSelection", "TextSource"), plan, convention)
    except etree.XMLSyntaxError as error:
        raise ExportFailed(f"The archive would not be valid REFI-QDA: {error.msg}. Nothing was written.") from error


def _compare(archive: zipfile.ZipFile, events: Any, plan: Plan, convention: Convention) -> None:
    documents = iter(enumerate(plan.snapshot.documents))
    found: list[tuple[str, str, int, int]] = []
    checked = 0
    for _, element in events:
        if element.tag.endswith("PlainTextSelection"):
            coding = element.find("{*}Coding")
            if coding is not None:
                code = coding[0].get("targetGUID")
                start, end = int(element.get("startPosition")), int(element.get("endPosition"))
                found.append((coding.get("guid"), code, start, end))
            element.clear(keep_tail=False)
            continue
        index, document = next(documents)
        if element.get("guid") != guid(document.uid):
            raise ExportFailed(f"“{document.name}” is not where it should be in the archive. Nothing was written.")
        _compare_document(archive, index, found, plan, convention)
        checked += len(found)
        found = []
        element.clear(keep_tail=False)
        while element.getprevious() is not None:
            del element.getparent()[0]
    if checked != len(plan.snapshot.codings):
        raise ExportFailed(
            f"Of {len(plan.snapshot.codings):,} codings {checked:,} would have been written. Nothing was written."
        )


def _compare_document(
    archive: zipfile.ZipFile,
    index: int,
    found: list[tuple[str, str, int, int]],
    plan: Plan,
    convention: Convention,
) -> None:
    snapshot = plan.snapshot
    document, t = snapshot.documents[index], snapshot.codings
    rows = plan.rows[plan.bounds[index] : plan.bounds[index + 1]]
    text = snapshot.texts[document.uid]
    raw = archive.read(f"sources/{guid(document.uid)}.txt").decode("utf-8-sig")
    if raw.replace("\r\n", "\n") != text:
        raise ExportFailed(f"The text of “{document.name}” did not read back the same. Nothing was written.")
    encoding, width = ("utf-16-le", 2) if convention.unit == "utf16" else ("utf-32-le", 4)
    units = raw.encode(encoding) if found else b""
    if len(rows) != len(found):
        raise ExportFailed(f"“{document.name}” has {len(rows)} codings, {len(found)} were written. Nothing was kept.")
    columns = zip(t.uid[rows], t.start[rows].tolist(), t.end[rows].tolist(), plan.code_of[rows], found, strict=True)
    for uid, start, end, code, (written, target, first, last) in columns:
        passage = units[first * width : last * width].decode(encoding, "replace").replace("\r\n", "\n")
        same = written == guid(uid) and target == guid(snapshot.codes[code].uid)
        if not same or passage != text[start:end] or not passage:
            raise ExportFailed(
                f"The coding {uid} in “{document.name}” ({start}–{end}) did not read back with the same words. "
                "Nothing was written; run a check of the project."
            )
