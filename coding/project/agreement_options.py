"""What may be asked of an agreement, checked before anything is computed, and sorted by who needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import NoneType
from typing import Any, Final

from coding.agreement.named import known
from coding.agreement.naming import convention_named
from coding.errors import InvalidValue

__all__ = ["DEFAULT_MEASURE", "Asked"]

DEFAULT_MEASURE: Final = "krippendorff_alpha_nominal"
MATERIAL: Final = ("documents", "codes", "origins", "who", "level")
TABLE_MATERIAL: Final = ("who", "level", "exclusive", "lengths")
COMPUTING: Final = ("unit", "universe", "draws", "seed", "confidence", "block", "with_domains")
OF_MEASURES: Final = (
    "threshold", "denominator", "undefined_is_one", "alpha", "beta", "delta_empty", "samples", "n_t",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Options of one call, sorted."""

    measure: str
    """Name under which it is computed."""
    convention: str
    """Name of another program whose way of counting was asked for, "" for ours."""
    material: Mapping[str, Any]
    computing: Mapping[str, Any]
    of_measure: Mapping[str, Any]

    @classmethod
    def of(cls, options: Mapping[str, Any], material: tuple[str, ...] = MATERIAL) -> Asked:
        """Sort options; those that were given stand over those of a convention.

        Args:
            options: as a researcher wrote them.
            material: names of options that choose what is compared.

        Raises:
            InvalidValue: an option that does not exist, or a value it cannot have.
            NotFound: no such measure or convention.
        """
        allowed = (*material, *COMPUTING, *OF_MEASURES, "measure", "convention")
        if unknown := [name for name in options if name not in allowed]:
            raise InvalidValue(_unknown(unknown, allowed))
        convention = str(options.get("convention") or "")
        merged = {**(convention_named(convention).options if convention else {}), **options}
        _check(merged)
        return cls(
            known(str(merged.get("measure") or DEFAULT_MEASURE)),
            convention.lower(),
            {name: merged[name] for name in material if name in merged},
            {name: merged[name] for name in COMPUTING if name in merged},
            {name: merged[name] for name in OF_MEASURES if name in merged},
        )

    def as_options(self) -> dict[str, Any]:
        """Return what asks for the same again."""
        said: dict[str, Any] = {"measure": self.measure} if self.measure != DEFAULT_MEASURE else {}
        if self.convention:
            said["convention"] = self.convention
        return {**self.material, **self.computing, **self.of_measure, **said}


def _unknown(names: list[str], allowed: tuple[str, ...]) -> str:
    """Return what is wrong with names of options, with the one that was probably meant."""
    beside = ("coders", "round") if "documents" in allowed else ("coders", "texts")  # of a project, or of a plain table
    every = (*beside, *allowed)
    near = [match for name in names for match in get_close_matches(name, every, n=1, cutoff=0.6)]
    hint = f" Did you mean {' and '.join(dict.fromkeys(near))}?" if near else ""
    return f"agreement does not know {', '.join(names)}.{hint} It knows {', '.join(every)}."


def _check(options: Mapping[str, Any]) -> None:
    for name in ("draws", "seed", "block", "level", "samples", "n_t"):
        if not isinstance(options.get(name, 0), int | NoneType):
            raise InvalidValue(f"{name} is a whole number; {options[name]!r} was given.")
    confidence, draws, block = options.get("confidence", 0.95), options.get("draws", 0), options.get("block")
    if not 0 < confidence < 1:
        raise InvalidValue(f"The confidence is a share between 0 and 1, such as 0.95; {confidence} was given.")
    if draws < 0:
        raise InvalidValue(f"{draws} draws; give a number such as 2000, or 0 for no intervals.")
    if block is not None and block < 1:
        raise InvalidValue(f"Blocks of {block} units; at least one unit is needed.")
