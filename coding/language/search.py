"""The language of searches: words, prefixes, phrases, AND OR NOT, brackets and NEAR, in English and Chinese.

A search is read into a small tree, which finds its places in raw text (`find`), and writes itself for the
index of either database (`for_sqlite`, `for_postgres`). The index narrows the documents down; what is a hit,
and where, is always decided on the stored text, so both databases and a plain scan answer alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from coding.errors import InvalidQuery
from coding.language.scripts import HAN_CLASS, han_space, is_han
from coding.spans import Span, union

__all__ = [
    "And",
    "Near",
    "Not",
    "Or",
    "Query",
    "Term",
    "find",
    "find_pattern",
    "for_postgres",
    "for_sqlite",
    "parse",
    "terms",
]

_LONGEST: Final = 1000
_DEEPEST: Final = 40
_MANY_CASED = re.compile("[µſςϐϑϕϖϰϱϵẛιᲀ-ᲈ\u0345\u1fbeKÅΩ]")
"""Letters that equal others in any case and keep their own small form."""
_TOKEN = re.compile(
    r'\s*(?:(?P<phrase>["“”＂][^"“”＂]*["“”＂])|(?P<open>[(（])|(?P<close>[)）])'
    r"|(?P<near>NEAR/\d{1,4}(?![^\s()（）])|NEAR(?![^\s()（）]))|(?P<operator>AND|OR|NOT)(?![^\s()（）])"
    r'|(?P<word>[^\s()（）"“”＂]+)|(?P<stray>["“”＂]))'
)
_PIECE = re.compile(rf"[{HAN_CLASS}]|[^\W_{HAN_CLASS}]+(?:['’][^\W\d_{HAN_CLASS}]+)*")
_HAN_OR_WORD = re.compile(rf"[{HAN_CLASS}]+|[^\W_{HAN_CLASS}]+(?:['’][^\W\d_{HAN_CLASS}]+)*")
_EDGE, _EDGE_END = rf"(?<![^\W_{HAN_CLASS}])", rf"(?![^\W_{HAN_CLASS}])"


@dataclass(frozen=True, slots=True)
class Term:
    """A word, prefix, phrase or Chinese term."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """What must not occur."""

    part: Query


@dataclass(frozen=True, slots=True)
class And:
    """All of these occur."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these occurs."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Two things with at most `distance` words, or Chinese characters, between them, in either order."""

    left: Query
    right: Query
    distance: int


Query = Term | Not | And | Or | Near


def parse(query: str) -> Query:
    """Read a search as a person types it.

    Args:
        query: words (all must occur), ``prefix*``, ``"a phrase"``, ``AND OR NOT`` in capitals, brackets,
            ``a NEAR/5 b``. Chinese terms need no spaces. Full-width brackets and quotes do as well.

    Raises:
        InvalidQuery: nothing to search for, a quotation mark or bracket without its partner, or an
            operator without the words that it joins.

    >>> parse('pressure AND (考核 OR "top down")')
    And(parts=(Term(text='pressure', prefix=False), Or(parts=(Term(text='考核', prefix=False), Term(text='top down', prefix=False)))))
    """
    if not isinstance(query, str):
        raise InvalidQuery(f"A search is a text; {type(query).__name__} was given.")
    if len(query) > _LONGEST:
        raise InvalidQuery(f"The search has {len(query)} characters; at most {_LONGEST} can be read.")
    tokens = list(_tokens(query))
    if not tokens:
        raise InvalidQuery("The search is empty; give a word, a phrase in quotation marks or a Chinese term.")
    reader = _Reader(tokens)
    tree = reader.either()
    if reader.at < len(tokens):
        raise InvalidQuery("The search has a “)” without its “(”; add one or put the text in quotation marks.")
    if not _finds_something(tree):
        raise InvalidQuery("The search only says what must not occur; add a word that must.")
    return tree


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(query):
        kind = found.lastgroup
        if kind == "stray":
            raise InvalidQuery("The search has a quotation mark without its partner; close it or leave it out.")
        if kind is not None:
            yield kind, found[kind]


class _Reader:
    """Recursive descent: either := all (OR all)*; all := one (AND? one)*; one := NOT one | near."""

    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def either(self) -> Query:
        parts = [self._all()]
        while self._next() == ("operator", "OR"):
            self.at += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Query:
        parts = [self._one()]
        while True:
            if self._next() == ("operator", "AND"):
                self.at += 1
            elif self._next()[0] not in ("phrase", "open", "word") and self._next() != ("operator", "NOT"):
                break
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Query:
        if self._next() == ("operator", "NOT"):
            self.at += 1
            self._deeper()
            part = Not(self._one())
            self.depth -= 1
            return part
        left = self._atom()
        while self._next()[0] == "near":
            distance = int(self._next()[1].partition("/")[2] or 10)
            self.at += 1
            left = Near(left, self._atom(), distance)
        return left

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise InvalidQuery(f"The search nests more than {_DEEPEST} brackets; make it simpler.")

    def _atom(self) -> Query:
        kind, text = self._next()
        self.at += 1
        if kind == "open":
            self._deeper()
            inner = self.either()
            if self._next()[0] != "close":
                raise InvalidQuery("The search has a “(” without its “)”; add one or put the text in quotation marks.")
            self.at += 1
            self.depth -= 1
            return inner
        if kind == "phrase":
            return _term(text[1:-1], prefix=False)
        if kind == "word":
            return _term(text, prefix=True)
        before = f"“{text}”" if text else "the end"
        raise InvalidQuery(f"A word is missing before {before}; to search for an operator, put it in quotation marks.")


def _term(text: str, *, prefix: bool) -> Term:
    star = prefix and text.endswith("*")
    body = text.rstrip("*") if star else text
    if not _PIECE.search(body):
        raise InvalidQuery(f"“{text}” holds no letter, digit or Chinese character to search for.")
    return Term(" ".join(body.split()), star)


def _finds_something(query: Query) -> bool:
    match query:
        case Term():
            return True
        case Not():
            return False
        case And(parts):
            return any(_finds_something(p) for p in parts)
        case Or(parts):
            return all(_finds_something(p) for p in parts)
        case Near(left, right):
            return _finds_something(left) and _finds_something(right)


def terms(query: Query) -> list[Term]:
    """Return the terms that a hit may show, in order; those under NOT are left out."""
    match query:
        case Term():
            return [query]
        case Not():
            return []
        case And(parts) | Or(parts):
            return [t for p in parts for t in terms(p)]
        case Near(left, right):
            return terms(left) + terms(right)


@lru_cache(maxsize=256)
def pattern_of(term: Term, *, lowered: bool = False, broken: bool = False) -> re.Pattern[str]:
    """Return the pattern of a term: whole words, any case; Chinese exactly; any marks between words.

    Args:
        term: to look for.
        lowered: for a text in small letters, in which looking is several times as quick.
        broken: whether a line may end between two words or Chinese characters of it.
    """
    pieces = _HAN_OR_WORD.findall(term.text.lower() if lowered else term.text)
    out = []
    for i, piece in enumerate(pieces):
        word = re.escape(piece).replace("'", "['’]").replace("’", "['’]") if "['’]" not in piece else piece
        if re.match(f"[{HAN_CLASS}]", piece):
            out.append(r"[^\S\n]?\n?[^\S\n]?".join(piece) if broken else word)
        else:
            last = i == len(pieces) - 1
            out.append(_EDGE + word + ("" if term.prefix and last else _EDGE_END))
    # between the words of a phrase at most a few marks or spaces, never another word or a new line but a broken one
    gap = rf"[^\w{HAN_CLASS}]{{0,4}}" if broken else rf"[^\w\n{HAN_CLASS}]{{0,4}}"
    body = gap.join(out)
    if term.prefix and pieces and not re.match(f"[{HAN_CLASS}]", pieces[-1]):
        body += rf"[^\W_{HAN_CLASS}]*"
    return re.compile(body, 0 if lowered else re.IGNORECASE)


def find(
    query: Query | str,
    text: str,
    scopes: Sequence[Span] | None = None,
    *,
    runs_on: Callable[[int], bool] | None = None,
) -> list[Span]:
    r"""Return where a search hits a text, sorted.

    Args:
        query: a search, read or as typed.
        text: the stored text.
        scopes: stretches in each of which the search must hold on its own, such as sentences or coded
            passages; the whole text by default.
        runs_on: whether the line that ends at a place goes on in the next one, as in a paragraph broken at a
            margin; asked only where a phrase or a Chinese term would lie across. None is never.

    Returns:
        Spans of the terms that occur, in every scope that satisfies the search; with NEAR the stretch from
        one to the other.

    >>> text = "The CAB moved aid down. 街道办 had to take over aid."
    >>> [text[a:b] for a, b in find("aid AND 街道", text)]
    ['aid', '街道', 'aid']
    >>> find("aid NEAR/1 moved", text)
    [(8, 17)]
    >>> find("审批权", "街道的审批\n权下放了", runs_on=lambda at: True)
    [(3, 7)]
    """
    tree = parse(query) if isinstance(query, str) else query
    found = _Found(text, runs_on)
    out: list[Span] = []
    for scope in scopes if scopes is not None else [(0, len(text))]:
        hits = _evaluate(tree, found, scope)
        if hits:
            out += hits
    return sorted(set(out))


def _matches(pattern: re.Pattern[str], text: str, begins: str) -> Iterator[re.Match[str]]:
    """Yield what `pattern.finditer` would, for a pattern whose matches begin with certain letters; far quicker."""
    at = text.find(begins)
    while at >= 0:
        found = pattern.match(text, at)
        if found:
            yield found
        at = text.find(begins, found.end() if found else at + 1)


class _Found:
    """Places of terms in one text, each looked for once."""

    def __init__(self, text: str, runs_on: Callable[[int], bool] | None = None) -> None:
        self.text, self.runs_on = text, runs_on
        self._places: dict[Term, list[Span]] = {}
        self._words: list[int] | None = None
        self._lower: str | None = None

    def places(self, term: Term, scope: Span) -> list[Span]:
        if term not in self._places:
            text, lowered = self._small(term)
            pattern = pattern_of(term, lowered=lowered)
            head = _HAN_OR_WORD.match(term.text)
            plain = head is not None and lowered and not set("'’") & set(head[0])
            found = _matches(pattern, text, head[0].lower()) if head and plain else pattern.finditer(text)
            self._places[term] = [m.span() for m in found if m.end() > m.start()]
            if self.runs_on is not None and (across := self._across(term, text, lowered, self.runs_on)):
                self._places[term] = sorted([*self._places[term], *across])
        every = self._places[term]
        first = bisect_left(every, (scope[0], 0))
        last = bisect_left(every, (scope[1], 0))
        return [(a, b) for a, b in every[first:last] if b <= scope[1]]

    def _across(self, term: Term, text: str, lowered: bool, runs_on: Callable[[int], bool]) -> list[Span]:
        """Return where a term lies across lines that run on."""
        pieces = [
            x for piece in _HAN_OR_WORD.findall(term.text.lower()) for x in (piece if is_han(piece[0]) else [piece])
        ]
        # hardly ever is there one, so that it is looked for only where a part of the term stands at the end of a line
        if lowered and not any(f"{piece}\n" in text or f"{piece} \n" in text for piece in pieces[:-1]):
            return []
        found = pattern_of(term, lowered=lowered, broken=True).finditer(text)
        ends = ((m.span(), [i for i in range(*m.span()) if text[i] == "\n"]) for m in found)
        return [span for span, breaks in ends if breaks and all(map(runs_on, breaks))]

    def _small(self, term: Term) -> tuple[str, bool]:
        """Return the text in small letters, unless that moves a place or makes one letter of two."""
        if self._lower is None:
            small = self.text.lower()
            self._lower = small if len(small) == len(self.text) and not _MANY_CASED.search(self.text) else ""
        return (self._lower, True) if self._lower and len(term.text.lower()) == len(term.text) else (self.text, False)

    def between(self, left: Span, right: Span) -> int:
        """Count the words and Chinese characters between two places; −1 where they overlap."""
        if left[1] > right[0] and right[1] > left[0]:
            return -1
        low, high = (left[1], right[0]) if left[1] <= right[0] else (right[1], left[0])
        if self._words is None:
            self._words = [m.start() for m in _PIECE.finditer(self.text)]
        return bisect_left(self._words, high) - bisect_left(self._words, low)


def _evaluate(query: Query, found: _Found, scope: Span) -> list[Span] | None:
    """Return the hits of a search in one scope; None where it does not hold, [] where NOT alone holds."""
    match query:
        case Term():
            return found.places(query, scope) or None
        case Not(part):
            return [] if _evaluate(part, found, scope) is None else None
        case And(parts):
            hits: list[Span] = []
            for part in parts:
                one = _evaluate(part, found, scope)
                if one is None:
                    return None
                hits += one
            return hits
        case Or(parts):
            any_hits = [one for p in parts if (one := _evaluate(p, found, scope)) is not None]
            return [s for one in any_hits for s in one] if any_hits else None
        case Near(left, right, distance):
            return _near(_evaluate(left, found, scope), _evaluate(right, found, scope), distance, found)


def _near(left: list[Span] | None, right: list[Span] | None, distance: int, found: _Found) -> list[Span] | None:
    if not left or not right:
        return None
    right = sorted(right)
    starts = [s for s, _ in right]
    out: list[Span] = []
    for a in sorted(left):
        # the nearest one on each side is enough: others are farther
        at = bisect_left(starts, a[0])
        near = (b for b in right[max(0, at - 2) : at + 3] if 0 <= found.between(a, b) <= distance)
        out += [(min(a[0], b[0]), max(a[1], b[1])) for b in near]
    return union(out) or None


def find_pattern(pattern: str, text: str, *, timeout: float = 2.0, limit: int = 100_000) -> list[Span]:
    """Return where a regular expression of the user's matches; empty matches are left out.

    Args:
        pattern: as the `regex` package reads it; upper and lower case count unless it says ``(?i)``.
        text: the stored text.
        timeout: seconds after which the search is given up, so that a hostile pattern cannot hang.
        limit: greatest number of matches.

    Raises:
        InvalidQuery: the pattern cannot be read, or takes longer than `timeout`.
    """
    import regex

    if len(pattern) > _LONGEST:
        raise InvalidQuery(f"The regular expression has {len(pattern)} characters; at most {_LONGEST} can be read.")
    try:
        compiled: Any = regex.compile(pattern, regex.MULTILINE)
        matches = (found.span() for found in compiled.finditer(text, timeout=timeout) if found.end() > found.start())
        out = list(islice(matches, limit))
    except regex.error as error:
        raise InvalidQuery(f"The regular expression “{pattern}” cannot be read: {error}.") from None
    except (TimeoutError, RecursionError, MemoryError):
        raise InvalidQuery(
            f"The regular expression “{pattern}” took longer than {timeout:g} s and was stopped; make it simpler."
        ) from None
    return out


def _spaced(term: Term) -> str:
    """Return the term as the index holds it: Chinese characters spaced, marks dropped, lower case."""
    return " ".join(_PIECE.findall(han_space(term.text))).lower().replace("’", "'")


def for_sqlite(query: Query) -> str | None:
    """Write a search for FTS5 over Han-spaced text; it may find more than `find`, never less.

    Returns:
        The MATCH expression, or None where the index cannot narrow the search down.

    >>> for_sqlite(parse('审批* OR "top-down" NOT noise'))
    '("审 批" OR "top down")'
    """
    return _write(query, _fts5_term, " AND ", " OR ")


def for_postgres(query: Query) -> str | None:
    """Write a search for ``to_tsquery('simple', …)`` over Han-spaced text; more than `find` finds, never less.

    >>> for_postgres(parse('审批 pressur*'))
    "('审' <-> '批' & 'pressur':*)"
    """
    return _write(query, _tsquery_term, " & ", " | ")


def _fts5_term(term: Term) -> str:
    words = _index_words(term)
    return f'"{" ".join(words)}"' + (" *" if _open_ended(term) else "")


def _tsquery_term(term: Term) -> str:
    words = [f"'{w}'" for w in _index_words(term)]
    return " <-> ".join(words) + (":*" if _open_ended(term) else "")


def _index_words(term: Term) -> list[str]:
    # both tokenizers cut at apostrophes
    return [w for word in _spaced(term).split() for w in re.split("['’]", word) if w]


def _open_ended(term: Term) -> bool:
    return term.prefix and not re.search(rf"[{HAN_CLASS}]\Z", term.text)


def _write(query: Query, term: Any, both: str, either: str) -> str | None:
    match query:
        case Term():
            return str(term(query))
        case Not():
            return None
        case And(parts):
            known = [w for p in parts if (w := _write(p, term, both, either)) is not None]
            return None if not known else known[0] if len(known) == 1 else f"({both.join(known)})"
        case Or(parts):
            every = [_write(p, term, both, either) for p in parts]
            return None if None in every else f"({either.join(w for w in every if w)})"
        case Near(left, right):
            return _write(And((left, right)), term, both, either)
    return None
