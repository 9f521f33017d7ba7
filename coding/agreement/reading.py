"""Reading a plain table of codings, as other programs or a spreadsheet write it."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.errors import InvalidValue

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_table"]


def read_table(source: Any) -> pd.DataFrame:
    """Return a plain table of codings with the columns that it needs, and whole numbers in them.

    Args:
        source: a CSV or TSV file in UTF-8, a DataFrame or a mapping of columns.

    Raises:
        InvalidValue: a file that is no such table, a column that is missing, or a number that is none.
    """
    import pandas as pd

    frame = _read_file(Path(source)) if isinstance(source, (str, PathLike)) else pd.DataFrame(source)
    frame = frame.rename(columns={c: str(c).strip().lower() for c in frame.columns})
    missing = [c for c in ("document", "coder", "code", "start", "end") if c not in frame.columns]
    if missing:
        raise InvalidValue(
            f"The table has no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}. "
            "Needed: document, length, coder, code, start, end."
        )
    return _whole_numbers(frame)


def _read_file(path: Path) -> pd.DataFrame:
    """Read a table of codings with commas, semicolons or tabs between its columns."""
    import pandas as pd

    try:
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline()
        between = max(",;\t", key=head.count)
        return pd.read_csv(
            path, sep=between, encoding="utf-8-sig", dtype={"document": str, "coder": str, "code": str, "round": str}
        )
    except FileNotFoundError:
        raise InvalidValue(f"There is no file {path}; name a table of codings (.csv or .tsv).") from None
    except UnicodeDecodeError:
        raise InvalidValue(f"{path.name} is not in UTF-8; save it as “CSV UTF-8”.") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InvalidValue(f"{path.name} is not a table: {error}.") from None


def _whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with numbers where numbers are needed, or say in which row there are none."""
    import pandas as pd

    out = frame.copy()
    for column in ("length", "start", "end"):
        if column not in out.columns:
            continue
        numbers = pd.to_numeric(out[column], errors="coerce")
        odd = out[column].notna() & (numbers.isna() | (numbers % 1 != 0) | (numbers < 0))
        if odd.any():
            at = int(odd.to_numpy().argmax())
            raise InvalidValue(
                f"Row {at + 1} of the table has “{out[column].iloc[at]}” for {column}; a whole number of characters is needed."
            )
        out[column] = numbers
    half = out["start"].notna() & out["end"].notna() & (out["end"] <= out["start"])
    if half.any():
        at = int(half.to_numpy().argmax())
        raise InvalidValue(
            f"Row {at + 1} of the table ends at {out['end'].iloc[at]:g} and starts at {out['start'].iloc[at]:g}; the end is "
            "the character after the last one."
        )
    return out
