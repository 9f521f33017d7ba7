"""What a codebook file says beside its codes: title, source, unit, variables, ties to other books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coding.model import VariableType

__all__ = ["RELATION_KINDS", "BookInfo", "BookVariable", "OuterRelation"]

RELATION_KINDS = (
    "is_a", "part_of", "causes", "enables", "uses", "responds_to", "co_occurs_with", "precedes",
    "excludes", "transforms_into", "close_match", "broader",
)  # fmt: skip
"""Kinds of relation; ``broader`` says that the source is the broader one."""


@dataclass(frozen=True, slots=True)
class BookVariable:
    """A variable that the codebook asks for, with its closed list of values."""

    name: str
    name_zh: str = ""
    type: VariableType = "Text"
    on: Literal["case", "document"] = "document"
    values: tuple[str, ...] = ()
    values_zh: tuple[str, ...] = ()
    description: str = ""
    description_zh: str = ""


@dataclass(frozen=True, slots=True)
class OuterRelation:
    """A relation of which one end, given by key, stands in another codebook."""

    source: str
    kind: str
    target: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class BookInfo:
    """The head of a codebook file."""

    key: str = ""
    title: str = ""
    title_zh: str = ""
    description: str = ""
    description_zh: str = ""
    unit: str = ""
    """Unit of analysis: what one coding is about."""
    unit_zh: str = ""
    source: str = ""
    """The study whose framework it renders."""
    licence: str = ""
    edition: str = ""
    languages: tuple[str, ...] = ()
    variables: tuple[BookVariable, ...] = ()
