"""The tree of codes as a view over values: it finds, names, colours, and says what a change would make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from coding.codebook.colours import hues
from coding.codebook.info import BookInfo, OuterRelation
from coding.codebook.paths import join_path, split_path
from coding.codebook.search import SearchEntry, spellings
from coding.errors import Ambiguous, InvalidValue, NotFound, Refused
from coding.model import ChangeKind, Code, Relation, Uid, fold_name, new_uid

__all__ = ["DIRECTIONS", "STAGES", "Codebook", "check_fields", "classify_change"]

DIRECTIONS: Final = (
    "", "top-down", "bottom-up", "horizontal", "oblique", "outward", "inward", "internal", "two-way",
)  # fmt: skip
STAGES: Final = ("", "open", "axial", "selective")
_STRUCTURAL: Final = frozenset({"parent", "position", "key", "book", "retired", "redirect", "live"})
_SEMANTIC: Final = frozenset(
    {"definition", "definition_zh", "include", "include_zh", "exclude", "exclude_zh", "exclusive", "codable"}
)
_FIELDS: Final = frozenset(f.name for f in dataclass_fields(Code))
_LISTS: Final = frozenset({"aliases", "cues", "review"})
_MAX_NAME: Final = 300


def classify_change(changed: Iterable[str]) -> ChangeKind:
    """Say what kind of change it is to alter these fields of a code; the gravest kind wins.

    A semantic change alters the rule by which coders decide and makes earlier figures stale; a content
    change alters labels, colours or examples; a structural one the place in the tree.

    >>> classify_change(["hue", "exclude"])
    'semantic'
    >>> classify_change(["parent", "position"])
    'structural'
    """
    names = set(changed) - {"version"}
    if names & _SEMANTIC:
        return "semantic"
    return "content" if names - _STRUCTURAL else "structural"


def check_fields(code: Code) -> Code:
    """Return the code with its name trimmed.

    Raises:
        InvalidValue: a name or a field that a code cannot have.
    """
    name = code.name.strip()
    if not name:
        raise InvalidValue("A code needs a name.")
    if any(ord(c) < 32 or c in "\u2028\u2029\x7f" for c in name + code.name_zh):
        raise InvalidValue(f"The name {name!r} holds a line break or a control character. Leave it out.")
    if len(name) > _MAX_NAME:
        raise InvalidValue(f"The name has {len(name)} characters; {_MAX_NAME} is the limit. Use the definition.")
    if code.direction not in DIRECTIONS:
        raise InvalidValue(f"There is no direction “{code.direction}”. There are: {', '.join(DIRECTIONS[1:])}.")
    if code.stage not in STAGES:
        raise InvalidValue(f"There is no stage “{code.stage}”. There are: {', '.join(STAGES[1:])}.")
    if code.hue is not None and (isinstance(code.hue, bool | str) or not 0 <= code.hue < 360):
        raise InvalidValue(f"A hue lies between 0 and 359 degrees, not {code.hue}.")
    unknown = sorted(set(code.review) - _FIELDS)
    if unknown:
        raise InvalidValue(f"Marked for review, but no field of a code: {', '.join(unknown)}.")
    return code if name == code.name else replace(code, name=name)


class Codebook:
    """Codes as a tree; a view that never changes and is cheap to rebuild.

    Iteration yields every code, retired and merged ones included, parents before children and
    siblings by position. The methods whose names are participles (`moved`, `merged`, …) change
    nothing: they return the codes that would differ, for the store to write.

    >>> book = Codebook([Code("1", "Driving"), Code("2", "Pressure", parent="1", name_zh="压力")])
    >>> book.path(book.find("压力"))
    'Driving > Pressure'
    """

    def __init__(
        self,
        codes: Iterable[Code],
        relations: Iterable[Relation] = (),
        *,
        info: BookInfo | None = None,
        outer: Iterable[OuterRelation] = (),
    ) -> None:
        """Order the codes.

        Args:
            codes: in any order; a code whose parent is not among them counts as a root.
            relations: edges between these codes.
            info: the head of the file they came from.
            outer: edges to codes of other books, by key.

        Raises:
            InvalidValue: two codes share a uid, or parents form a circle.
        """
        given = tuple(codes)
        self._by_uid: dict[Uid, Code] = {code.uid: code for code in given}
        if len(self._by_uid) < len(given):
            raise InvalidValue("Two codes share one uid.")
        self._children: dict[Uid | None, list[Code]] = {}
        for code in given:
            self._children.setdefault(code.parent if code.parent in self._by_uid else None, []).append(code)
        for siblings in self._children.values():
            siblings.sort(key=lambda c: c.position)  # stable: equal positions keep the given order
        self._order: tuple[Code, ...] = tuple(self._walk(self._children.get(None, ())))
        if len(self._order) < len(given):
            reached = {code.uid for code in self._order}
            names = ", ".join(c.name for c in given if c.uid not in reached)
            raise InvalidValue(f"These codes are each other's parents, in a circle: {names}.")
        self.relations: tuple[Relation, ...] = tuple(relations)
        self.info: BookInfo = info or BookInfo()
        self.outer: tuple[OuterRelation, ...] = tuple(outer)

    def _walk(self, top: Sequence[Code]) -> Iterator[Code]:
        stack = list(reversed(top))
        while stack:
            code = stack.pop()
            yield code
            stack.extend(reversed(self._children.get(code.uid, ())))

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Code]:
        return iter(self._order)

    def __contains__(self, ref: object) -> bool:
        return (ref.uid if isinstance(ref, Code) else ref) in self._by_uid

    def __getitem__(self, ref: str) -> Code:
        return self.find(ref)

    def __repr__(self) -> str:
        title = f" {self.info.title!r}" if self.info.title else ""
        return f"<Codebook{title}: {len(self)} codes, {len(self.roots)} at the top>"

    # -- finding ----------------------------------------------------------------------------------

    def get(self, uid: Uid) -> Code:
        """Return the code with this uid.

        Raises:
            NotFound: no code has it.
        """
        try:
            return self._by_uid[uid]
        except KeyError:
            raise NotFound.among("code", uid, [c.name for c in self]) from None

    def find(self, ref: str | Code) -> Code:
        """Return the code that a person means.

        Args:
            ref: uid, key, path (``Parent > Child``, from the root or only its last parts), name in
                either language, or synonym. Case and spacing do not matter; codes in use come before
                retired ones; the name of a merged code leads to the code that it was merged into.

        Raises:
            Ambiguous: several codes fit; their paths are listed.
            NotFound: none fits, near misses are offered; or the code that was passed is gone by now.
        """
        if isinstance(ref, Code):
            if ref.uid not in self._by_uid:
                raise NotFound(f"The code “{ref.name}” is no longer in the codebook: what added it was taken back.")
            return self._by_uid[ref.uid]
        if ref in self._by_uid:
            return self._by_uid[ref]
        if ref in self._by_key:
            return self._by_key[ref]
        for candidates in self._candidates(ref):
            live = [c for c in candidates if not c.retired and c.redirect is None]
            found = {c.uid: c for c in (live or [self.resolve(c.uid) for c in candidates])}
            if len(found) > 1:
                raise Ambiguous.among("code", ref, (self.path(c) for c in found.values()))
            if found:
                return next(iter(found.values()))
        raise NotFound.among("code", ref, self._known_names())

    def _candidates(self, ref: str) -> Iterator[list[Code]]:
        """Yield sets of codes that fit, the closest reading first."""
        names, aliases = self._by_name
        yield names.get(fold_name(ref), [])
        try:
            parts = [fold_name(part) for part in split_path(ref)]
        except InvalidValue:
            parts = []
        if parts:
            tails = [c for c in names.get(parts[-1], []) + aliases.get(parts[-1], []) if self._ends_with(c, parts)]
            yield [c for c in tails if self.level(c) == len(parts) - 1]
            yield tails
        yield aliases.get(fold_name(ref), [])

    def _ends_with(self, code: Code, parts: Sequence[str]) -> bool:
        line = [*self.ancestors(code), code]
        pairs = zip(reversed(line), reversed(parts), strict=False)
        return len(line) >= len(parts) and all(part in _bearable(c) for c, part in pairs)

    @cached_property
    def _by_key(self) -> dict[str, Code]:
        return {c.key: c for c in reversed(self._order) if c.key}

    @cached_property
    def _by_name(self) -> tuple[dict[str, list[Code]], dict[str, list[Code]]]:
        names: dict[str, list[Code]] = {}
        aliases: dict[str, list[Code]] = {}
        for code in self:
            own = {fold_name(n) for n in (code.name, code.name_zh) if n}
            for name in own:
                names.setdefault(name, []).append(code)
            for name in {fold_name(n) for n in code.aliases} - own:
                aliases.setdefault(name, []).append(code)
        return names, aliases

    def _known_names(self) -> list[str]:
        live = [c for c in self if not c.retired and c.redirect is None]
        return list(dict.fromkeys(n for c in live for n in (c.name, c.name_zh, *c.aliases) if n))

    def resolve(self, uid: Uid) -> Code:
        """Return the code that counts for this uid: itself, or what it was merged into in the end."""
        code, seen = self.get(uid), {uid}
        while code.redirect is not None and code.redirect in self._by_uid and code.redirect not in seen:
            code = self._by_uid[code.redirect]
            seen.add(code.uid)
        return code

    # -- the tree ---------------------------------------------------------------------------------

    @property
    def roots(self) -> tuple[Code, ...]:
        """Codes without a parent."""
        return tuple(self._children.get(None, ()))

    def parent(self, code: Code) -> Code | None:
        """Return the code above, None for a root."""
        return self._by_uid.get(code.parent) if code.parent else None

    def children(self, code: Code | None) -> tuple[Code, ...]:
        """Return the codes right below, the roots for None."""
        return tuple(self._children.get(code.uid if code else None, ()))

    def siblings(self, code: Code) -> tuple[Code, ...]:
        """Return the other codes under the same parent."""
        return tuple(c for c in self.children(self.parent(code)) if c.uid != code.uid)

    def descendants(self, code: Code) -> tuple[Code, ...]:
        """Return every code below, in tree order."""
        return tuple(self._walk(self._children.get(code.uid, ())))

    def ancestors(self, code: Code) -> tuple[Code, ...]:
        """Return the codes above, the root first."""
        line: list[Code] = []
        above = self.parent(code)
        while above is not None:
            line.append(above)
            above = self.parent(above)
        return tuple(reversed(line))

    def level(self, code: Code) -> int:
        """Return the depth in the tree; a root has 0."""
        return len(self.ancestors(code))

    def names(self, code: Code, language: str = "en") -> tuple[str, ...]:
        """Return the names from the root to the code, in a language where there is one."""
        zh = language.startswith("zh")
        return tuple((c.name_zh or c.name) if zh else c.name for c in (*self.ancestors(code), code))

    def path(self, code: Code, language: str = "en") -> str:
        """Return the path, ``Parent > Child``; `coding.codebook.join_path` says how odd names are quoted."""
        return join_path(self.names(code, language))

    def domain_of(self, code: Code) -> Code | None:
        """Return the nearest code above whose children exclude each other, None where there is none."""
        return next((c for c in reversed(self.ancestors(code)) if c.exclusive), None)

    @cached_property
    def _hues(self) -> dict[Uid, int]:
        return hues(self._order, self._children)

    def hue(self, code: Code) -> int:
        """Return the hue in degrees: the one that was set, else a share of the branch's arc."""
        return self._hues[code.uid]

    @cached_property
    def search_index(self) -> tuple[SearchEntry, ...]:
        """What a picker searches, codes in use only, in tree order."""
        entries = []
        for c in self:
            if c.retired or c.redirect is not None:
                continue
            full, initials = spellings((c.name_zh, c.name, *c.aliases))
            names = fold_name(c.name), fold_name(c.name_zh), fold_name(self.path(c)), fold_name(self.path(c, "zh"))
            entries.append(SearchEntry(c.uid, *names, tuple(map(fold_name, c.aliases)), full, initials))
        return tuple(entries)

    # -- what a change would make -----------------------------------------------------------------

    def new_code(self, name: str, *, parent: Uid | None = None, **fields: Any) -> Code:
        """Return a code to be added as the last child of a parent, or as the last root.

        Raises:
            InvalidValue: a sibling has the name, or a field cannot have the value.
            NotFound: no such parent or field.
        """
        _check_names(fields)
        above = self.get(parent) if parent is not None else None
        position = max((c.position for c in self.children(above)), default=-1) + 1
        values = {"uid": new_uid(), "position": position, **_listed(fields)}
        code = check_fields(Code(name=name, parent=parent, **values))
        self._check_free(code)
        return code

    def with_fields(self, code: Code, **fields: Any) -> Code:
        """Return the code with other fields: a rename, another rule, another colour.

        Raises:
            InvalidValue: a sibling has the name, or a field cannot have the value.
            NotFound: no such field.
        """
        _check_names(fields)
        changed = check_fields(replace(code, **_listed(fields)))
        if fold_name(changed.name) != fold_name(code.name):
            self._check_free(changed)
        return changed

    renamed = with_fields

    def moved(self, code: Code, parent: Code | None, position: int | None = None) -> tuple[Code, ...]:
        """Return the codes that differ when one moves, with everything below it, or takes another place.

        Args:
            code: what moves.
            parent: its new parent, None for the top.
            position: place among the new siblings from 0; None for the end.

        Raises:
            Refused: the new parent is the code itself or below it.
            InvalidValue: a new sibling has the name.
        """
        if parent is not None and (parent.uid == code.uid or parent.uid in {c.uid for c in self.descendants(code)}):
            raise Refused(f"“{code.name}” cannot move below itself. Choose a parent outside of {self.path(code)}.")
        moved = replace(code, parent=parent.uid if parent else None)
        if moved.parent != code.parent:
            self._check_free(moved)
        row = [c for c in self.children(parent) if c.uid != code.uid]
        row.insert(len(row) if position is None else max(0, min(position, len(row))), moved)
        return tuple(new for new in _numbered(row) if new != self._by_uid[new.uid])

    def merged(self, code: Code, into: Code) -> tuple[Code, ...]:
        """Return the codes that differ when one is merged into another; its children go there too.

        No coding is rewritten: the merged code is retired and redirects.

        Raises:
            Refused: both are the same, or the target lies below.
            InvalidValue: both have a child of the same name.
        """
        into = self.resolve(into.uid)
        if into.uid == code.uid:
            raise Refused(f"“{code.name}” cannot be merged into itself.")
        if into.uid in {c.uid for c in self.descendants(code)}:
            raise Refused(f"“{into.name}” lies below “{code.name}”. Move it out first, then merge.")
        if into.retired:
            raise Refused(f"“{into.name}” is retired. Bring it back first, or merge into a code in use.")
        start = max((c.position for c in self.children(into)), default=-1) + 1
        children = [replace(c, parent=into.uid, position=start + i) for i, c in enumerate(self.children(code))]
        for child in children:
            self._check_free(child)
        return (replace(code, retired=True, redirect=into.uid), *children)

    def split(self, code: Code, names: Sequence[str], **fields: Any) -> tuple[Code, ...]:
        """Return new children of a code, to which its codings can then be sorted.

        Raises:
            InvalidValue: fewer than two names, a name twice, or one that a child has already.
        """
        wanted = [name for name in names if name.strip()]
        if len(wanted) < 2 or len({fold_name(n) for n in wanted}) < len(wanted):
            raise InvalidValue("A split needs two different names or more.")
        new = [self.new_code(name, parent=code.uid, **fields) for name in wanted]
        return tuple(replace(c, position=c.position + i) for i, c in enumerate(new))

    def retired(self, code: Code) -> Code:
        """Return the code taken out of use; its codings stay."""
        return replace(code, retired=True)

    def revived(self, code: Code) -> Code:
        """Return the code back in use.

        Raises:
            InvalidValue: a sibling has taken its name since.
        """
        back = replace(code, retired=False, redirect=None)
        self._check_free(back)
        return back

    def replaced(self, codes: Iterable[Code]) -> Codebook:
        """Return the codebook with these codes in place of their old states, or added."""
        merged = {**self._by_uid, **{c.uid: c for c in codes}}
        return Codebook(merged.values(), self.relations, info=self.info, outer=self.outer)

    def _check_free(self, code: Code) -> None:
        wanted = fold_name(code.name)
        above = self._by_uid.get(code.parent) if code.parent else None
        for other in self.children(above):
            if other.uid != code.uid and not other.retired and fold_name(other.name) == wanted:
                place = f"under {self.path(above)}" if above else "at the top"
                raise InvalidValue(f"There is already a code “{other.name}” {place}. Choose another name.")


def _bearable(code: Code) -> set[str]:
    return {fold_name(n) for n in (code.name, code.name_zh, *code.aliases) if n}


def _check_names(given: Iterable[str]) -> None:
    for name in set(given) - (_FIELDS - {"uid"}):
        raise NotFound.among("field of a code", name, sorted(_FIELDS))


def _listed(given: dict[str, Any]) -> dict[str, Any]:
    """Make lists tuples: a frozen value holds no list; one word in place of a list would be read letter by letter."""
    for name in _LISTS & set(given):
        if isinstance(given[name], str):
            raise InvalidValue(f"{name} is {given[name]!r}; it takes a list, such as [{given[name]!r}].")
    return {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}


def _numbered(row: Iterable[Code]) -> list[Code]:
    return [c if c.position == i else replace(c, position=i) for i, c in enumerate(row)]
