"""The words of the workbench as frozen values, and `Snapshot`, a whole project as values.

Nothing here reads or writes anything. Importers make a Snapshot, storage keeps one, exporters,
agreement and tables read one. Offsets are code points of the stored text, half-open ``[start, end)``.
A uid is a UUID in its canonical lower-case form; a name is a label that may change.
"""

from coding.model.snapshot import CodingTable, Snapshot
from coding.model.things import (
    ORIGINS,
    SEPARATOR,
    Assignment,
    Case,
    CaseLink,
    Code,
    Coder,
    CodeVersion,
    Coding,
    Cue,
    Decision,
    Document,
    Link,
    Memo,
    Outline,
    Paragraph,
    ProjectInfo,
    Relation,
    Round,
    Set,
    Speaker,
    Suggestion,
    Turn,
    Value,
    Variable,
)
from coding.model.uids import Uid, fold_name, new_uid

__all__ = [
    "ORIGINS",
    "SEPARATOR",
    "Assignment",
    "Case",
    "CaseLink",
    "Code",
    "CodeVersion",
    "Coder",
    "Coding",
    "CodingTable",
    "Cue",
    "Decision",
    "Document",
    "Link",
    "Memo",
    "Outline",
    "Paragraph",
    "ProjectInfo",
    "Relation",
    "Round",
    "Set",
    "Snapshot",
    "Speaker",
    "Suggestion",
    "Turn",
    "Uid",
    "Value",
    "Variable",
    "fold_name",
    "new_uid",
]
