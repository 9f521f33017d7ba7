"""The codebook of a project: the tree of codes, every change kept with its kind and reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coding.codebook import Codebook, read_codebook, write_codebook
from coding.errors import InvalidCodebook, InvalidValue
from coding.model import Code, CodeVersion, Coding, Relation, Uid, Variable, fold_name, new_uid
from coding.project.collections import Collection
from coding.shipped import shipped_path

if TYPE_CHECKING:
    import pandas as pd

    from coding.storage import Change

CodeRef = str | Code


_PLACE: Final = frozenset({"uid", "parent", "position", "stage", "retired", "redirect", "version"})
"""What a person may have changed here: a file brings words, not places."""


def _words_of(code: Code) -> dict[str, Any]:
    """Return what a file says of a code: its fields but those it leaves empty, which many files have no column for."""
    given = {f.name: (getattr(code, f.name), f.default) for f in dataclass_fields(Code) if f.name not in _PLACE}
    return {name: value for name, (value, default) in given.items() if value != default}


class ProjectCodebook(Collection[Code]):
    """The codes of a project; `tree` answers questions, the other methods change it."""

    kind = "code"

    @property
    def tree(self) -> Codebook:
        """The codes as a tree, as they stand now."""
        return self._store.cached("codebook", lambda: Codebook(self._store.all(Code), self._store.all(Relation)))

    def _all(self) -> Sequence[Code]:
        return [code for code in self.tree if not code.retired and code.redirect is None]

    def __getitem__(self, ref: str) -> Code:
        return self.tree.find(ref)

    def find(self, ref: CodeRef) -> Code:
        """Return a code by uid, key, path (``Parent > Child``), name in either language, or synonym."""
        return self.tree.find(ref)

    def path(self, ref: CodeRef, language: str = "en") -> str:
        """Return the code's path from its root, ``Parent > Child``."""
        tree = self.tree  # one: a screen may change the codes between two, from a thread of its own
        return tree.path(tree.find(ref), language)

    # -- growing ----------------------------------------------------------------------------------

    def add(self, name: str, *, parent: CodeRef | None = None, **fields: Any) -> Code:
        """Add a code under a parent, or at the top.

        Args:
            name: unique among its siblings.
            parent: any reference to a code.
            fields: fields of `coding.model.Code`: definition, include, exclude, name_zh, hue …
        """
        self._project.rounds.check_codebook_open()
        parent_uid = self.find(parent).uid if parent is not None else None
        code = self.tree.new_code(name, parent=parent_uid, **fields)
        with self._store.change("add code") as change:
            change.put(code)
        return code

    def read(self, path: str | Path) -> list[Code]:
        """Read a codebook file (YAML, CSV, REFI-QDA ``.qdc``), or one that ships with the workbench, and add what is new.

        A shipped one goes by its name alone: ``read("keeping_in_touch")``.

        Codes that are here already (same uid, key or path) take its words and stay where they are; their wording
        version rises where a rule changed. What the file leaves empty stays as it was, nothing is retired because a
        file lacks it, and what was merged or retired here stays so.

        Raises:
            InvalidCodebook: with file, line and remedy; the project is as it was.
        """
        self._project.rounds.check_codebook_open()
        path = _file_of(Path(path))
        if path.suffix.lower() == ".qdc":
            from coding.importers.projects import read_codebook as read_refi

            incoming, _ = read_refi(path)
        elif path.suffix.lower() == ".csv" and _is_taguette(path):
            from coding.importers.taguette import read_codebook as read_taguette

            incoming = read_taguette(path)
        else:
            incoming = read_codebook(path)
        return self.take(incoming)

    def take(self, incoming: Codebook) -> list[Code]:
        """Add the codes and relations of another codebook; see `read`."""
        here = self.tree
        by_uid = {code.uid: code for code in here}
        by_key = {code.key: code for code in here if code.key}
        by_path = {fold_name(here.path(code)): code for code in here if not code.retired}
        uids: dict[Uid, Uid] = {}
        out: list[Code] = []
        below = max((code.position for code in here.roots), default=-1) + 1  # a new book stands after those here
        with self._store.change("read codebook") as change:
            for code in incoming:
                known = by_uid.get(code.uid) or (by_key.get(code.key) if code.key else None)
                known = known or by_path.get(fold_name(incoming.path(code)))
                parent = uids.get(code.parent) if code.parent else None
                if known is None:
                    at = code.position if code.parent else code.position + below
                    fresh = replace(code, parent=parent, position=at)
                else:
                    fresh = replace(known, **_words_of(code))
                uids[code.uid] = fresh.uid
                change.put(fresh)
                out.append(fresh)
            ties = [*incoming.relations, *self._outer_relations(incoming, uids)]
            self._take_relations(
                change, ties, {**uids, **{uid: uid for uid in uids.values()}, **{c.uid: c.uid for c in here}}
            )
            for asked in incoming.info.variables:
                if not any(v.name == asked.name and v.on == asked.on for v in self._store.all(Variable)):
                    change.put(Variable(new_uid(), asked.name, asked.type, asked.on, asked.description))
        return out

    def _outer_relations(self, incoming: Codebook, uids: Mapping[Uid, Uid]) -> list[Relation]:
        """Tie codes to those of books that are here already; ties to books that are not are left."""
        keys = {c.key: c.uid for c in self.tree if c.key} | {c.key: uids[c.uid] for c in incoming if c.key}
        return [
            Relation(new_uid(), keys[tie.source], tie.kind, keys[tie.target], tie.note)
            for tie in incoming.outer
            if tie.source in keys and tie.target in keys
        ]

    def _take_relations(self, change: Change, relations: Iterable[Relation], uids: Mapping[Uid, Uid]) -> None:
        known = {(r.source, r.kind, r.target) for r in self._store.all(Relation)}
        for relation in relations:
            ends = uids.get(relation.source, ""), uids.get(relation.target, "")
            if ends[0] and ends[1] and (ends[0], relation.kind, ends[1]) not in known:
                change.put(replace(relation, source=ends[0], target=ends[1]))

    def write(self, path: str | Path) -> Path:
        """Write the codebook as YAML or CSV, by the suffix; ``.qdc`` goes through `Project.export`."""
        path = Path(path)
        write_codebook(self.tree, path)
        return path

    # -- changing ---------------------------------------------------------------------------------

    def set(self, ref: CodeRef, *, reason: str = "", **fields: Any) -> Code:
        """Change fields of a code: definition, include, exclude, hue, exclusive, cues and so on.

        Args:
            ref: any reference to a code.
            reason: kept in the history; asked for where a rule changes.
            fields: fields of `coding.model.Code` except uid, parent, version.
        """
        fixed = {"uid", "parent", "version", "redirect", "retired"} & set(fields)
        if fixed:
            raise InvalidValue(f"{', '.join(sorted(fixed))} cannot be set; use rename, move, merge or retire.")
        return self._put(self.tree.with_fields(self.find(ref), **fields), "edit code", reason)

    def rename(self, ref: CodeRef, name: str, *, name_zh: str | None = None, reason: str = "") -> Code:
        """Give a code another name; its codings stay with it."""
        fields = {"name": name} | ({"name_zh": name_zh} if name_zh is not None else {})
        return self._put(self.tree.with_fields(self.find(ref), **fields), "rename code", reason)

    def move(self, ref: CodeRef, parent: CodeRef | None, *, position: int | None = None, reason: str = "") -> Code:
        """Put a code under another parent (None: to the top), at a place among its siblings."""
        self._project.rounds.check_codebook_open()
        target = self.find(parent) if parent is not None else None
        moved = self.tree.moved(self.find(ref), target, position)
        with self._store.change("move code", reason=reason) as change:
            for code in moved:
                change.put(code)
        return self.find(self.find(ref).uid)

    def gather(self, refs: Iterable[CodeRef], *, name: str = "", under: CodeRef | None = None) -> Code | None:
        """Put several codes under one parent in one step of undo.

        Args:
            refs: codes to move, in their new order.
            name: of a new parent, made under `under`; "" puts the codes under `under` itself.
            under: an existing code; None is the top of the codebook.

        Returns:
            The parent that the codes now have, None at the top.
        """
        self._project.rounds.check_codebook_open()
        tree, parent = self.tree, self.find(under) if under is not None else None
        changed: dict[Uid, Code] = {}
        codes = [self.find(ref) for ref in refs]
        if name:
            parent = tree.new_code(name, parent=parent.uid if parent else None)
            tree, changed = tree.replaced([parent]), {parent.uid: parent}
        for code in codes:
            moved = tree.moved(tree.get(code.uid), parent)
            tree = tree.replaced(moved)
            changed |= {c.uid: c for c in moved}
        with self._store.change("gather codes" if name else "move code") as change:
            for code in changed.values():
                change.put(code)
        return self._store.get(Code, parent.uid) if parent else None

    def merge(self, ref: CodeRef, *, into: CodeRef, reason: str = "") -> Code:
        """Merge a code into another: its codings count for the other from now on; undo parts them again."""
        self._project.rounds.check_codebook_open()
        changed = self.tree.merged(self.find(ref), self.find(into))
        with self._store.change("merge codes", reason=reason) as change:
            for code in changed:
                change.put(code)
        return self.find(into)

    def split(self, ref: CodeRef, names: Sequence[str], *, reason: str = "") -> list[Code]:
        """Add children to a code, to which its codings are then sorted one by one."""
        self._project.rounds.check_codebook_open()
        code = self.find(ref)
        new = self.tree.split(code, names, definition=code.definition, definition_zh=code.definition_zh)
        with self._store.change("split code", reason=reason) as change:
            for child in new:
                change.put(child)
        return list(new)

    def retire(self, ref: CodeRef, *, reason: str = "") -> Code:
        """Take a code out of use; its codings stay and are shown as made under a retired code."""
        return self._put(self.tree.retired(self.find(ref)), "retire code", reason)

    def revive(self, ref: CodeRef) -> Code:
        """Bring a retired code back."""
        return self._put(self.tree.revived(self.find(ref)), "revive code", "")

    def _put(self, code: Code, action: str, reason: str) -> Code:
        self._project.rounds.check_codebook_open()
        with self._store.change(action, reason=reason) as change:
            change.put(code)
        return self._store.get(Code, code.uid)

    # -- relations and history --------------------------------------------------------------------

    @property
    def relations(self) -> tuple[Relation, ...]:
        """The typed edges between codes."""
        return self._store.all(Relation)

    def relate(
        self, source: CodeRef, kind: str, target: CodeRef, *, note: str = "", codings: Iterable[Coding | Uid] = ()
    ) -> Relation:
        """Say how two codes hang together, with the codings that show it."""
        ends = self.find(source).uid, self.find(target).uid
        if ends[0] == ends[1]:
            raise InvalidValue("A relation needs two different codes.")
        if not kind.strip():
            raise InvalidValue("A relation needs a kind, such as “leads to”.")
        shown = tuple(self._store.get(Coding, c).uid if isinstance(c, str) else c.uid for c in codings)
        relation = Relation(new_uid(), ends[0], kind, ends[1], note, shown)
        with self._store.change("relate codes") as change:
            change.put(relation)
        return relation

    def unrelate(self, relation: Relation | Uid) -> None:
        """Remove a relation."""
        with self._store.change("remove relation") as change:
            change.remove(Relation, relation if isinstance(relation, str) else relation.uid)

    def history(self, ref: CodeRef) -> tuple[CodeVersion, ...]:
        """Return every change of a code: structural, content or semantic, by whom and why."""
        return self._store.code_history(self.find(ref).uid)

    def outdated(self) -> list[tuple[Coding, CodeVersion]]:
        """Return codings made under an older wording with the gravest change since, semantic first."""
        grave = {"semantic": 0, "content": 1, "structural": 2}
        histories = {code.uid: self._store.code_history(code.uid) for code in self.tree if code.version > 1}
        out = []
        for coding in self._store.codings(codes=list(histories)) if histories else []:
            since = [v for v in histories[coding.code] if v.version > coding.code_version and v.kind != "structural"]
            if since:
                out.append((coding, min(since, key=lambda v: (grave[v.kind], -v.version))))
        return sorted(out, key=lambda pair: grave[pair[1].kind])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per code: path, level, names, rules, counts, wording version, uid."""
        from coding import tables

        return tables.codebook(self._project.snapshot(texts=False))

    def _columns(self) -> Sequence[str]:
        return ("code", "中文", "codings")

    def _summary(self) -> list[tuple[Any, ...]]:
        counts = self._project.code_counts()
        tree = self.tree
        return [("  " * tree.level(c) + c.name, c.name_zh, counts.get(c.uid, 0)) for c in self._all()]


__all__ = ["CodeRef", "ProjectCodebook"]


def _file_of(path: Path) -> Path:
    """Return the file, or the shipped codebook where a name such as ``keeping_in_touch`` is no file."""
    if path.exists():
        return path
    shipped = {file.stem: file for file in sorted(shipped_path("codebooks").glob("*.yaml"))}
    if path.stem in shipped and path.parent.name in ("", "codebooks"):
        return shipped[path.stem]
    remedy = f"Check the path, or name one that ships: {', '.join(shipped)}."
    raise InvalidCodebook("there is no such file.", file=str(path), remedy=remedy)


def _is_taguette(path: Path) -> bool:
    """Return whether the first cell of a codebook csv is Taguette's ``tag``, which our own tables do not have."""
    try:
        with path.open("rb") as file:
            head = file.read(200)
    except OSError:
        return False  # the reader says why
    first = head.removeprefix(b"\xef\xbb\xbf").splitlines()[:1]
    return bool(first) and first[0].split(b",")[0].strip(b' "').lower() == b"tag"
