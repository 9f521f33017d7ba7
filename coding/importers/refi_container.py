"""The outside of a REFI-QDA file: which member is the project, where its sources are, safe XML events."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.archive import SafeZip
from coding.importers.xml import decode_xml

__all__ = ["Container", "events", "local_name"]

_AGAIN: Final = "Export the project again in the program that wrote it."
_ZIP: Final = b"PK"


class Container:
    """A ``.qdpx`` archive, or a bare ``.qde`` or ``.qdc``.

    Paths inside the project description are names to look up among the members of the archive; they
    never become paths of this machine.
    """

    def __init__(self, data: bytes, file: str) -> None:
        """Look over a file.

        Raises:
            ImportRejected: it is no archive of this kind, or holds several projects.
        """
        self.file = file
        self._zip = SafeZip(data, file) if data.startswith(_ZIP) else None
        self.xml = self._zip.read(self._project_member()) if self._zip else data
        self._sources = self._source_members()

    @property
    def packed(self) -> bool:
        """Whether it is an archive, which can hold texts."""
        return self._zip is not None

    def _project_member(self) -> str:
        assert self._zip is not None
        found = [n for n in self._zip.names() if "/" not in n and n.lower().endswith(".qde")]
        if len(found) == 1:
            return found[0]
        if not found:
            raise ImportRejected(self.file, "the archive holds no project (.qde).", remedy=_AGAIN)
        raise ImportRejected(
            self.file, f"the archive holds {len(found)} projects: {', '.join(sorted(found))[:200]}.", remedy=_AGAIN
        )

    def _source_members(self) -> dict[str, str]:
        """Return the names of sources, folded, since programs write ``Sources`` and ``sources``."""
        out: dict[str, str] = {}
        for name in self._zip.names() if self._zip else ():
            folder, _, last = name.rpartition("/")
            if folder.lower() == "sources" or not folder:
                if last.lower() in out and folder:
                    raise ImportRejected(
                        self.file,
                        "two members have the same name but for upper and lower case.",
                        place=f"member {name[:100]!r}",
                        remedy=_AGAIN,
                    )
                out.setdefault(last.lower(), name)
        return out

    def source(self, path: str) -> bytes | None:
        """Return the bytes of a source by its path attribute; None where the archive does not hold it.

        Args:
            path: ``internal://<name>``; a bare name is taken too, since some programs leave the
                scheme out. ``absolute:``, ``relative:``, web addresses and anything with a folder
                are not followed.
        """
        name = re.sub(r"^internal:/{0,3}", "", path.strip(), flags=re.IGNORECASE).removeprefix("sources/")
        if self._zip is None or not name or re.search(r"[/\\:]", name) or name.startswith(".."):
            return None
        member = self._sources.get(name.lower())
        return self._zip.read(member) if member else None

    def close(self) -> None:
        """Close the archive."""
        if self._zip:
            self._zip.close()


def local_name(element: Any) -> str:
    """Return the name of an element without its namespace; "" for a comment."""
    tag = element.tag
    return str(tag).rpartition("}")[2] if isinstance(tag, str) else ""


def events(data: bytes, file: str, *tags: str) -> Iterator[tuple[str, Any]]:
    """Yield (event, element) of a stranger's XML, for the named elements in any namespace.

    Raises:
        ImportRejected: it is no XML, or declares a document type.
    """
    from lxml import etree

    text = decode_xml(data, file, place="project description")
    stream = io.BytesIO(text.lstrip().encode("utf-8", "surrogatepass"))
    del text
    allowed = limits.current().xml_depth
    context: Any = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=[f"{{*}}{tag}" for tag in tags],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,  # the depth and the bytes are limited by our own settings
        remove_comments=True,
        remove_pis=True,
    )
    depth = 0
    try:
        for event, element in context:
            depth += 1 if event == "start" else -1
            if depth > allowed:
                raise limits.exceeded(file, "elements lie too deep in each other", "xml_depth")
            yield event, element
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise ImportRejected(
            file, f"the XML is broken: {error.msg}.", place=f"project description, line {line}", remedy=_AGAIN
        ) from None
