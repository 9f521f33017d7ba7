"""Codebooks as YAML: read with the line of every mistake, written so that a change is a small diff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from coding.codebook.drafts import MAX_BYTES, CodeDraft, RelationDraft, assemble, known_or_near, name_based_uid
from coding.codebook.info import BookInfo, BookVariable
from coding.codebook.tree import Codebook
from coding.errors import InvalidCodebook
from coding.model import Code, Cue

__all__ = ["read_yaml", "write_yaml", "yaml_text"]

_MAX_DEPTH: Final = 200
_SafeLoader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXTS: Final = (
    "key", "uid", "name", "name_zh", "definition", "definition_zh", "include", "include_zh", "exclude",
    "exclude_zh", "example", "example_zh", "direction", "stage", "book",
)  # fmt: skip
_FLAGS: Final = {"exclusive": False, "codable": True, "retired": False}
_NUMBERS: Final = ("hue", "version")
_LISTS: Final = ("aliases", "review")
_CUES: Final = ("cues", "weak_cues")
_CODE: Final = (
    "key", "uid", "book", "name", "name_zh", "aliases", "definition", "definition_zh", "include", "include_zh",
    "exclude", "exclude_zh", "example", "example_zh", "cues", "weak_cues", "direction", "hue", "exclusive", "codable",
    "stage", "review", "retired", "merged_into", "version", "parent", "children",
)  # fmt: skip
_INFO: Final = (
    "key", "title", "title_zh", "description", "description_zh", "unit", "unit_zh", "source", "licence", "edition",
    "languages",
)  # fmt: skip
_VARIABLE: Final = ("name", "name_zh", "type", "on", "values", "values_zh", "description", "description_zh")
_TOP: Final = ("codebook", "variables", "codes", "relations")


# -- reading --------------------------------------------------------------------------------------


def read_yaml(source: str | Path | bytes, *, name: str | None = None) -> Codebook:
    """Read a codebook from a YAML file, or from its bytes.

    Args:
        source: path of the file, or its content as bytes.
        name: what errors call it; the file's own name unless given.

    Raises:
        InvalidCodebook: with file, line and remedy.
    """
    file = name or ("codebook" if isinstance(source, bytes) else Path(source).name)
    data = source if isinstance(source, bytes) else _bytes(Path(source))
    return _Reader(file).book(_decoded(data, file))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidCodebook(f"cannot be read: {error.strerror}.", file=path.name, remedy="Check the path.") from None


def _decoded(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise InvalidCodebook(f"it has {len(data):,} bytes; {MAX_BYTES:,} is the limit.", file=file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidCodebook("the file is not UTF-8.", file=file, line=line, remedy="Save it as UTF-8.") from None


class _Reader:
    """One reading of one file; keeps its name for the errors."""

    def __init__(self, file: str) -> None:
        self.file = file

    def fail(self, reason: str, node: yaml.Node | int | None = None, remedy: str = "") -> InvalidCodebook:
        line = node if isinstance(node, int) else node.start_mark.line + 1 if node is not None else None
        return InvalidCodebook(reason, file=self.file, line=line, remedy=remedy)

    def book(self, text: str) -> Codebook:
        top = self.fields(self.parsed(text), _TOP, "the file")
        head = self.fields(top["codebook"], _INFO, "“codebook”") if "codebook" in top else {}
        info = {k: self.text(v) for k, v in head.items() if k != "languages"}
        variables = tuple(self.variable(node) for node in self.items(top.get("variables")))
        languages = tuple(self.text(n) for n in self.items(head.get("languages")))
        if "codes" not in top:
            raise self.fail("there is no “codes”.", 1, "Begin the list of codes with a line “codes:”.")
        drafts: list[CodeDraft] = []
        for node in self.items(top["codes"]):
            self.code(node, None, drafts)
        relations = [r for node in self.items(top.get("relations")) for r in self.relation(node)]
        return assemble(
            drafts, self.file, info=BookInfo(**info, languages=languages, variables=variables), relations=relations
        )

    def parsed(self, text: str) -> yaml.Node:
        """Return the root node, after a first pass that refuses what a codebook never needs."""
        try:
            depth = 0
            for event in yaml.parse(text, Loader=_SafeLoader):
                self.check_event(event)
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > _MAX_DEPTH:
                    line = event.start_mark.line + 1 if event.start_mark else None
                    raise self.fail("it is nested too deeply.", line, "Use fewer levels.")
            root = yaml.compose(text, Loader=_SafeLoader)
        except yaml.MarkedYAMLError as error:
            raise self.not_yaml(error, text) from None
        except yaml.YAMLError as error:  # a character that YAML forbids
            at = getattr(error, "position", None)
            line = text.count("\n", 0, at) + 1 if at is not None else None
            raise self.fail("it holds a control character.", line, "Delete it.") from None
        if root is None:
            raise self.fail("the file is empty.", 1, "Begin the list of codes with a line “codes:”.")
        return root

    def check_event(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            remedy = "Write the text out; put text that begins with & or * in quotes."
            raise self.fail("anchors (&) and aliases (*) are not taken.", line, remedy)
        tag = getattr(event, "tag", None)
        if tag and (not tag.startswith("tag:yaml.org,2002:") or "python" in tag):
            raise self.fail(f"the tag “{tag}” is not taken.", line, "Codebooks hold text, numbers and lists only.")

    def not_yaml(self, error: yaml.MarkedYAMLError, text: str) -> InvalidCodebook:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        lines = text.split("\n")
        content = lines[line - 1] if line and line <= len(lines) else ""
        if re.match(r" *\t", content):
            return self.fail("a tab stands where YAML wants spaces.", line, "Indent with spaces, two a level.")
        remedy = "Check the indentation; put text that holds “: ” or begins with a sign in quotes."
        return self.fail(f"not YAML: {error.problem or error.context or 'it cannot be read'}.", line, remedy)

    def fields(self, node: yaml.Node, known: Iterable[str], what: str) -> dict[str, yaml.Node]:
        """Return the values of a mapping by name; `lines` of the keys are those of the values' nodes."""
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(f"{what} must be a mapping, “name: value” line by line.", node, "Mind the indentation.")
        out: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key)
            if name not in known:
                raise self.fail(f"{what} has no field “{name}”.", key, known_or_near(name, known))
            if name in out:
                raise self.fail(f"“{name}” stands twice in {what}.", key, "Keep one of the two.")
            value.start_mark = key.start_mark  # errors point to the line of the field, also for block texts
            out[name] = value
        return out

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.fail("text is wanted here, not a list or a mapping.", node, "Put text with “: ” in quotes.")
        return "" if node.tag.endswith(":null") else str(node.value).strip()

    def items(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None or (isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail("a list is wanted here.", node, "Begin each item with “- ”, or write [one, two].")
        return list(node.value)

    def flag(self, node: yaml.Node, name: str) -> bool:
        value = self.text(node).casefold()
        if value not in ("true", "false", "yes", "no"):
            raise self.fail(f"“{name}” is true or false, not “{value}”.", node)
        return value in ("true", "yes")

    def number(self, node: yaml.Node, name: str) -> int:
        value = self.text(node)
        if not re.fullmatch(r"-?\d{1,6}", value):
            raise self.fail(f"“{name}” is a whole number, not “{value}”.", node)
        return int(value)

    def code(self, node: yaml.Node, parent: int | None, drafts: list[CodeDraft], book: str | None = None) -> None:
        given = self.fields(node, _CODE, "a code")
        lines = {name: value.start_mark.line + 1 for name, value in given.items()}
        draft = CodeDraft(node.start_mark.line + 1, parent=parent, lines=lines)
        values: dict[str, Any] = {k: self.text(given[k]) for k in _TEXTS if k in given}
        values = {k: v or None if k in ("key", "book") else v for k, v in values.items()}
        if book and "book" not in values:
            values["book"] = book
        values |= {k: self.flag(given[k], k) for k in _FLAGS if k in given}
        values |= {k: self.number(given[k], k) for k in _NUMBERS if k in given}
        values |= {k: tuple(self.text(n) for n in self.items(given[k])) for k in _LISTS if k in given}
        values["cues"] = tuple(self.cues(given.get("cues"), weak=False)) + tuple(
            self.cues(given.get("weak_cues"), weak=True)
        )
        draft.values = values
        draft.merged_into = self.text(given["merged_into"]) if "merged_into" in given else ""
        if "parent" in given:
            if parent is not None:
                raise self.fail("a code under “children” has its parent already.", given["parent"], "Drop “parent”.")
            draft.parent_ref = self.text(given["parent"])
        drafts.append(draft)
        own = len(drafts) - 1
        for child in self.items(given.get("children")):
            self.code(child, own, drafts, values.get("book"))

    def cues(self, node: yaml.Node | None, *, weak: bool) -> Iterator[Cue]:
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            raise self.fail("cues are lists by language.", node, "Write “en: [one, two]” and “zh: […]” below it.")
        for language, listed in node.value:
            for item in self.items(listed):
                yield Cue(self.text(item), self.text(language), weak)

    def variable(self, node: yaml.Node) -> BookVariable:
        given = self.fields(node, _VARIABLE, "a variable")
        values: dict[str, Any] = {k: self.text(v) for k, v in given.items() if not k.startswith("values")}
        values |= {k: tuple(self.text(n) for n in self.items(v)) for k, v in given.items() if k.startswith("values")}
        if not values.get("name"):
            raise self.fail("a variable has no name.", node, "Add “name: …”.")
        for name, allowed in (
            ("on", ("case", "document")),
            ("type", ("Text", "Boolean", "Integer", "Float", "Date", "DateTime")),
        ):
            if values.get(name, allowed[0]) not in allowed:
                raise self.fail(
                    f"“{name}” of a variable is not “{values[name]}”.", given[name], f"Write {', '.join(allowed)}."
                )
        return BookVariable(**values)

    def relation(self, node: yaml.Node) -> Iterator[RelationDraft]:
        """Yield the relations of one line; both ends may be lists, and then every pair is meant."""
        given = self.fields(node, ("from", "kind", "to", "note"), "a relation")
        missing = [n for n in ("from", "kind", "to") if n not in given]
        if missing:
            raise self.fail(f"a relation has no “{missing[0]}”.", node, "Write {from: key, kind: causes, to: key}.")
        kind, note = self.text(given["kind"]), self.text(given["note"]) if "note" in given else ""
        for source in self.one_or_more(given["from"]):
            for target in self.one_or_more(given["to"]):
                yield RelationDraft(given["kind"].start_mark.line + 1, source, kind, target, note)

    def one_or_more(self, node: yaml.Node) -> list[str]:
        return [self.text(n) for n in node.value] if isinstance(node, yaml.SequenceNode) else [self.text(node)]


# -- writing --------------------------------------------------------------------------------------


def write_yaml(codebook: Codebook, path: str | Path) -> Path:
    """Write a codebook as YAML; reading it gives an equal codebook."""
    path = Path(path)
    path.write_text(yaml_text(codebook), encoding="utf-8", newline="\n")
    return path


def yaml_text(codebook: Codebook) -> str:
    """Return a codebook as YAML text: fixed order of fields, empty ones left out."""
    info = codebook.info
    out: dict[str, Any] = {}
    head = {k: _plain(getattr(info, k)) for k in _INFO if getattr(info, k)}
    if head:
        out["codebook"] = head
    if info.variables:
        out["variables"] = [
            {k: _plain(getattr(v, k)) for k in _VARIABLE if getattr(v, k)} for v in info.variables
        ]  # fmt: skip
    out["codes"] = [_code_out(codebook, code, info.key or None) for code in codebook.roots]
    relations = [
        _relation_out(_ref(codebook, codebook.get(r.source)), r.kind, _ref(codebook, codebook.get(r.target)), r.note)
        for r in codebook.relations
        if r.source in codebook and r.target in codebook
    ]
    relations += [_relation_out(r.source, r.kind, r.target, r.note) for r in codebook.outer]
    if relations:
        out["relations"] = relations
    return yaml.dump(out, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key, which keeps diffs narrow; never writes anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def represent_list(self, data: Iterable[Any]) -> yaml.SequenceNode:
        words = all(isinstance(item, str) for item in data)
        return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=words)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


_Dumper.add_representer(list, _Dumper.represent_list)


def _code_out(codebook: Codebook, code: Code, book: str | None) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in _CODE:
        value = _plain(getattr(code, name, None))
        if name == "uid" and code.book and code.key and value == name_based_uid(code.book, code.key):
            continue
        if name == "book":
            value = None if code.book == book else code.book or ""
        elif name == "parent" or (name == "version" and value == 1) or (name in _FLAGS and value == _FLAGS[name]):
            continue
        elif name in _CUES:
            value = _cues_out(code.cues, weak=name == "weak_cues")
        elif name == "merged_into" and code.redirect in codebook:
            value = _ref(codebook, codebook.get(code.redirect or ""))
        elif name == "children":
            value = [_code_out(codebook, child, code.book) for child in codebook.children(code)]
        if value not in (None, "", [], {}) or (name == "book" and value == ""):
            out[name] = value
    return out


def _ref(codebook: Codebook, code: Code) -> str:
    """Return the reference that finds this code again: key, else path where it is the only one, else uid."""
    if code.key:
        return code.key
    path = codebook.path(code)
    same = [c for c in codebook if codebook.path(c) == path]
    return path if len(same) == 1 and len(codebook.names(code)) > 1 else code.uid


def _cues_out(cues: Iterable[Cue], *, weak: bool) -> Mapping[str, list[str]]:
    out: dict[str, list[str]] = {}
    for cue in cues:
        if cue.weak == weak:
            out.setdefault(cue.language, []).append(cue.text)
    return out


def _relation_out(source: str, kind: str, target: str, note: str) -> dict[str, str]:
    out = {"from": source, "kind": kind, "to": target}
    return out | {"note": note} if note else out


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
