"""Keyword in context: every hit of a search with the words around it, taken from the stored text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from coding.language.search import Query, find, parse
from coding.spans import Span

__all__ = ["Hit", "concordance", "context"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a search hits; its words are the interview's, so it has no telling repr."""

    document: str
    start: int
    end: int
    left: str
    match: str
    right: str

    def __repr__(self) -> str:
        return f"Hit(document={self.document!r}, start={self.start}, end={self.end})"


def concordance(
    texts: Mapping[str, str],
    query: Query | str,
    *,
    scopes: Callable[[str], Sequence[Span]] | None = None,
    width: int = 40,
) -> Iterator[Hit]:
    """Yield every hit of a search, document by document, in the order of the text.

    Args:
        texts: document uid to stored text; read one at a time.
        query: a search, read or as typed.
        scopes: gives the stretches of a document in each of which the search must hold, such as its
            sentences, a speaker's turns or a code's passages; the whole text by default.
        width: characters on either side.

    >>> [hit.left + "|" + hit.match + "|" + hit.right for hit in concordance({"d": "他说审批权下放了"}, "审批")]
    ['他说|审批|权下放了']
    """
    tree = parse(query) if isinstance(query, str) else query
    for document, text in texts.items():
        for start, end in find(tree, text, scopes(document) if scopes else None):
            left, right = context(text, start, end, width)
            yield Hit(document, start, end, left, text[start:end], right)


def context(text: str, start: int, end: int, width: int = 40) -> tuple[str, str]:
    """Return what stands before and after a place in its line, at most `width` characters each."""
    first = max(text.rfind("\n", 0, start) + 1, start - width)
    feed = text.find("\n", end)
    last = min(len(text) if feed < 0 else feed, end + width)
    return text[first:start], text[end : max(end, last)]
