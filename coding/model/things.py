"""The words of the workbench as frozen values: documents, codes, coders, codings, cases, memos, rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final, Literal

from coding.model.uids import Uid

__all__ = [
    "ORIGINS",
    "SEPARATOR",
    "Assignment",
    "Case",
    "CaseLink",
    "ChangeKind",
    "Code",
    "CodeVersion",
    "Coder",
    "Coding",
    "Cue",
    "Decision",
    "Document",
    "Language",
    "Link",
    "Memo",
    "Origin",
    "Outline",
    "Paragraph",
    "ParagraphRole",
    "ProjectInfo",
    "Quotable",
    "Relation",
    "Round",
    "Scalar",
    "Set",
    "Speaker",
    "SpeakerRole",
    "Suggestion",
    "Turn",
    "Value",
    "Variable",
    "VariableType",
]

SEPARATOR: Final = " > "
"""Between the parts of a code path: ``Parent > Child``."""

Language = str
"""BCP 47, as short as it can be: ``en``, ``zh``, ``und`` where unknown."""

Origin = Literal["manual", "accepted", "imported", "consensus", "spans"]
ORIGINS: Final[tuple[Origin, ...]] = ("manual", "accepted", "imported", "consensus", "spans")
"""How a coding came about. The headline agreement uses what people marked: manual and imported."""

Quotable = Literal["verbatim", "paraphrase", "no"]
ParagraphRole = Literal[
    "body", "heading", "list", "table", "title", "author", "affiliation", "abstract", "keywords",
    "fields", "citation", "navigation", "teaser", "boilerplate", "comment",
]  # fmt: skip
SpeakerRole = Literal["respondent", "interviewer"]
VariableType = Literal["Text", "Boolean", "Integer", "Float", "Date", "DateTime"]
Scalar = str | bool | int | float


def _brief(self: Any) -> str:
    """Return a thing as a person reads it in a notebook: what is not as it always is, long words cut."""
    shown = []
    for f in fields(self):
        value = getattr(self, f.name)
        usual = f.default_factory() if f.default_factory is not MISSING else f.default
        if value != usual and f.name not in _UNREAD:
            shown.append(f"{f.name}={value[:39] + '…' if isinstance(value, str) and len(value) > 40 else value!r}")
    return f"{type(self).__name__}({', '.join(shown)})"


_UNREAD: Final = frozenset(
    {
        "definition_zh",
        "include",
        "include_zh",
        "exclude",
        "exclude_zh",
        "example",
        "example_zh",
        "cues",
        "review",
        "position",
        "protocol",
        "book",
    }
)
"""Fields that nobody looks for in one line."""


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """The project as such."""

    uid: Uid
    name: str
    description: str = ""
    created: int = 0
    """Milliseconds since 1970, UTC; as every time here, for display only."""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Coder:
    """A person who codes."""

    uid: Uid
    name: str
    role: Literal["coder", "lead"] = "coder"
    languages: tuple[Language, ...] = ()

    __repr__ = _brief


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or term that may suggest a code; a weak one never does so alone."""

    text: str
    language: Language = "en"
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A named idea of the codebook with its rules."""

    uid: Uid
    name: str
    parent: Uid | None = None
    position: int = 0
    """Order among siblings."""
    key: str | None = None
    """Stable identifier in a shipped codebook, such as ``opt.dyn.pressure``."""
    book: str | None = None
    """Key of the codebook file that the code came from."""
    name_zh: str = ""
    definition: str = ""
    definition_zh: str = ""
    include: str = ""
    include_zh: str = ""
    exclude: str = ""
    exclude_zh: str = ""
    example: str = ""
    example_zh: str = ""
    cues: tuple[Cue, ...] = ()
    aliases: tuple[str, ...] = ()
    direction: str = ""
    """top-down, bottom-up, horizontal, oblique, outward, inward, internal, two-way, or ""."""
    hue: int | None = None
    """0 to 359 in OKLCH; None lets the tree give it one. Lightness and chroma belong to the theme."""
    exclusive: bool = False
    """Whether the children exclude each other on one passage: the code is a domain."""
    codable: bool = True
    stage: Literal["", "open", "axial", "selective"] = ""
    review: tuple[str, ...] = ()
    """Names of fields that still need a reader's check, such as ``name_zh``."""
    retired: bool = False
    redirect: Uid | None = None
    """The code that this one was merged into; resolved on reading, never written into codings."""
    version: int = 1
    """Wording of the code: rises with every change; a coding names the one it was made under."""

    __repr__ = _brief


ChangeKind = Literal["structural", "content", "semantic"]


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """One change of a code: structural (tree), content (labels, colour, examples), semantic (rules)."""

    code: Uid
    version: int
    kind: ChangeKind
    changed: tuple[str, ...]
    coder: Uid | None = None
    at: int = 0
    reason: str = ""

    __repr__ = _brief


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed edge between two codes, with the codings that show it."""

    uid: Uid
    source: Uid
    kind: str
    """is_a, part_of, causes, enables, uses, responds_to, co_occurs_with, precedes, excludes,
    transforms_into, close_match, broader."""
    target: Uid
    note: str = ""
    codings: tuple[Uid, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the stored text with what was recognised about it."""

    start: int
    end: int
    language: Language = "und"
    role: ParagraphRole = "body"
    codable: bool = True
    """False for paratext: shown greyed, left out of units and counts; a person can switch it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says at a stretch, label included."""

    start: int
    end: int
    label_end: int
    """Where the speech begins: after the label, its colon and spaces."""
    speaker: str = ""
    """The label as it stands in the text, without colon."""
    role: SpeakerRole = "respondent"
    begin_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """The units of one text, with the version of what cut it, so that a published figure stays put."""

    language: Language = "und"
    paragraphs: tuple[Paragraph, ...] = ()
    turns: tuple[Turn, ...] = ()
    sentences: tuple[tuple[int, int], ...] = ()
    items: tuple[tuple[int, int], ...] = ()
    """Items of lists, also inline ones: (1) … (2) …"""
    segmenter: str = ""
    """Name and version, such as ``coding-2``."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text; the text itself is in `Snapshot.texts`."""

    uid: Uid
    name: str
    length: int
    """Code points."""
    sha256: str
    """Of the stored text as UTF-8."""
    language: Language = "und"
    kind: str = "document"
    """interview, abstract, transcript, survey, document …; free."""
    version: int = 1
    description: str = ""
    source_name: str = ""
    """Name of the file it came from, never a path."""
    encoding: str = ""
    folder: str = ""
    original: Uid | None = None
    """The document that this one translates."""
    translator: str = ""
    quotable: Quotable = "verbatim"
    created: int = 0
    notes: tuple[str, ...] = ()
    """What the importer changed or left out, in plain words."""

    __repr__ = _brief


@dataclass(frozen=True, slots=True)
class Coding:
    """One coder applies one code to one passage."""

    uid: Uid
    document: Uid
    code: Uid
    coder: Uid
    start: int
    end: int
    origin: Origin = "manual"
    code_version: int = 1
    document_version: int = 1
    round: Uid | None = None
    created: int = 0
    replaces: Uid | None = None
    confidence: Literal["", "low", "medium", "high"] = ""
    quotable: Quotable | Literal[""] = ""
    """Closes a passage beyond its document's and its case's word; the strictest of them wins."""

    __repr__ = _brief


@dataclass(frozen=True, slots=True)
class Case:
    """A unit of study, usually a participant."""

    uid: Uid
    name: str
    kind: str = "person"
    pseudonym: str = ""
    description: str = ""
    quotable: Quotable = "verbatim"

    __repr__ = _brief


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A document, or a stretch of one, that belongs to a case."""

    case: Uid
    document: Uid
    start: int | None = None
    end: int | None = None
    uid: Uid = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who stands behind a speaker label of a document."""

    document: Uid
    label: str
    case: Uid | None = None
    role: SpeakerRole = "respondent"
    uid: Uid = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A named property of cases or of documents."""

    uid: Uid
    name: str
    type: VariableType = "Text"
    on: Literal["case", "document"] = "case"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One variable of one case or document. Dates are ISO 8601 strings."""

    variable: Uid
    owner: Uid
    value: Scalar
    uid: Uid = ""


@dataclass(frozen=True, slots=True)
class Memo:
    """A dated note on anything."""

    uid: Uid
    body: str
    title: str = ""
    kind: Literal["memo", "theory", "method", "code", "question", "reply"] = "memo"
    about: tuple[Uid, ...] = ()
    """Uids of codings, codes, documents, cases, memos; () is a memo of the project."""
    coder: Uid | None = None
    created: int = 0
    modified: int = 0

    __repr__ = _brief


@dataclass(frozen=True, slots=True)
class Link:
    """A named tie between any two things, as REFI-QDA has it."""

    uid: Uid
    source: Uid
    target: Uid
    name: str = ""
    direction: Literal["Associative", "OneWay", "Bidirectional"] = "Associative"


@dataclass(frozen=True, slots=True)
class Set:
    """A named collection of codes, documents or memos."""

    uid: Uid
    name: str
    members: tuple[Uid, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """A stretch of work with a purpose; a reliability round carries its protocol."""

    uid: Uid
    name: str
    number: int
    purpose: Literal["training", "reliability", "production"] = "production"
    status: Literal["planned", "open", "closed"] = "planned"
    blind: bool = False
    protocol: Mapping[str, Any] = field(default_factory=dict)
    """unit, measure, universe, threshold, sample (share, seed, strata, documents), codebook version."""
    opened: int = 0
    closed: int = 0

    __repr__ = _brief


@dataclass(frozen=True, slots=True)
class Assignment:
    """A document that a coder was given; finished with nothing coded is data, not given is missing."""

    document: Uid
    coder: Uid
    round: Uid | None = None
    status: Literal["assigned", "started", "finished"] = "assigned"
    furthest: int = 0
    """Furthest code point read."""
    uid: Uid = ""

    __repr__ = _brief


@dataclass(frozen=True, slots=True)
class Decision:
    """How a disagreement was settled; a layer of its own beside the untouched originals."""

    uid: Uid
    document: Uid
    start: int
    end: int
    decision: Literal["a", "b", "both", "union", "intersection", "neither", "redraw"]
    codings: tuple[Uid, ...] = ()
    """The codings that it settles."""
    result: tuple[tuple[Uid, int, int], ...] = ()
    """(code, start, end) of the consensus."""
    round: Uid | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""
    confidence: Literal["", "low", "medium", "high"] = ""
    change_rule: bool = False
    coder: Uid | None = None
    created: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal by a rule or a model; never a coding until a person accepts it."""

    uid: Uid
    document: Uid
    code: Uid
    start: int
    end: int
    source: str
    """``cues``, ``model`` …"""
    version: str = ""
    score: float = 0.0
    status: Literal["open", "accepted", "refused"] = "open"
    coder: Uid | None = None
    coding: Uid | None = None
    created: int = 0
