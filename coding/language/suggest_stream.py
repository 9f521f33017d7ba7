"""Suggestions over far more text than people can code: batch by batch, in bounded memory, to be resumed.

One pure function over a batch of rows does the work, `suggest_frame`; a plain loop, Parquet files and Dask's
``map_partitions`` all call it, so their answers are the same row by row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from coding.errors import InvalidValue, MissingExtra
from coding.language.suggest_cues import CueMatcher
from coding.language.suggest_model import CodeModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = [
    "COLUMNS",
    "CueScorer",
    "ModelScorer",
    "Scorer",
    "suggest_dask",
    "suggest_frame",
    "suggest_many",
    "suggest_parquet",
    "suggest_parquet_on_cluster",
]

COLUMNS: Final = {
    "passage": "str",
    "code": "str",
    "start": "int64",
    "end": "int64",
    "score": "float64",
    "source": "str",
}
"""Columns of the answer: id of the passage, uid of the code, place within the passage, score, version."""


class Scorer(Protocol):
    """What turns passages into rows (passage number, code uid, start, end, score)."""

    @property
    def version(self) -> str:
        """What made the rows, kept with each."""

    def rows(self, passages: Sequence[str]) -> list[tuple[int, str, int, int, float]]:
        """Return the rows, sorted by passage."""


class CueScorer:
    """Scores passages by cue words; the place is that of the first cue."""

    def __init__(self, matcher: CueMatcher) -> None:
        self.matcher = matcher

    @property
    def version(self) -> str:
        """Fingerprint of the cues."""
        return self.matcher.version

    def rows(self, passages: Sequence[str]) -> list[tuple[int, str, int, int, float]]:
        """Return one row for each passage and code that the cues suggest."""
        codes = self.matcher.codes
        return [(h.passage, codes[h.code].uid, h.start, h.end, h.score) for h in self.matcher.hits(passages)]


class ModelScorer:
    """Scores passages by a trained model; the place is the whole passage."""

    def __init__(self, model: CodeModel, codes: Sequence[str], threshold: float = 0.5) -> None:
        self.model, self.codes, self.threshold = model, tuple(codes), threshold

    @property
    def version(self) -> str:
        """Version of the model and its threshold."""
        return f"{self.model.version}@{self.threshold:g}"

    def rows(self, passages: Sequence[str]) -> list[tuple[int, str, int, int, float]]:
        """Return one row for each passage and code above the threshold."""
        import numpy as np

        scores = self.model.scores(passages)
        return [
            (int(i), self.codes[self.model.codes[k]], 0, len(passages[i]), round(float(scores[i, k]), 4))
            for i, k in np.argwhere(scores >= self.threshold)
        ]


def suggest_frame(frame: pd.DataFrame, scorer: Scorer, *, text: str = "text", key: str = "passage") -> pd.DataFrame:
    """Return the suggestions for a table of passages; pure, so that any machine gives the same rows.

    Args:
        frame: one row a passage.
        scorer: cues or a model.
        text: column of the words; missing ones count as empty.
        key: column that names the passage.

    Raises:
        InvalidValue: a column is missing.
    """
    import pandas as pd

    for column in (text, key):
        if column not in frame.columns:
            raise InvalidValue(f"The table has no column “{column}”; it has: {', '.join(map(str, frame.columns))}.")
    passages = ["" if not isinstance(t, str) else t for t in frame[text].tolist()]
    names = frame[key].astype(str).tolist()
    rows = scorer.rows(passages)
    data: dict[str, list[Any]] = {
        "passage": [names[r[0]] for r in rows],
        "code": [r[1] for r in rows],
        "start": [r[2] for r in rows],
        "end": [r[3] for r in rows],
        "score": [r[4] for r in rows],
        "source": [scorer.version] * len(rows),
    }
    return pd.DataFrame({name: pd.Series(data[name], dtype=dtype) for name, dtype in COLUMNS.items()})


def suggest_many(
    batches: Iterable[pd.DataFrame], scorer: Scorer, *, text: str = "text", key: str = "passage", progress: bool = False,
    total: int | None = None,
) -> Iterator[pd.DataFrame]:  # fmt: skip
    """Yield the suggestions of one batch after the other; holds one batch in memory at a time.

    Args:
        batches: tables of passages, of any size.
        scorer: cues or a model.
        text: column of the words.
        key: column that names the passage.
        progress: whether to show a bar that counts passages.
        total: passages in all, for the bar.
    """
    from tqdm.auto import tqdm

    with tqdm(total=total, unit="passage", disable=not progress) as bar:
        for batch in batches:
            yield suggest_frame(batch, scorer, text=text, key=key)
            bar.update(len(batch))


def suggest_parquet(
    source: str | os.PathLike[str], target: str | os.PathLike[str], scorer: Scorer, *, text: str = "text",
    key: str = "passage", batch: int = 50_000, progress: bool = True,
) -> list[Path]:  # fmt: skip
    """Read passages from a Parquet file and write suggestions into a folder, one part a batch.

    Stopped half-way, the same call goes on where it was: a part is written under another name and renamed
    when it is whole.

    Args:
        source: Parquet file with a column of texts and one of names.
        target: folder, made where it is missing.
        scorer: cues or a model.
        text: column of the words.
        key: column that names the passage.
        batch: passages a part; bounds the memory.
        progress: whether to show a bar.

    Returns:
        The parts, in order.

    Raises:
        InvalidValue: the folder holds parts of another run (other source, cues, model or batch).
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra.named("Reading Parquet", "parquet") from None
    from tqdm.auto import tqdm

    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    reader = pq.ParquetFile(source)
    total = reader.metadata.num_rows
    _claim(folder, _manifest(Path(source), scorer, total, batch, text, key))
    parts: list[Path] = []
    with tqdm(total=total, unit="passage", disable=not progress) as bar:
        for number, rows in enumerate(reader.iter_batches(batch_size=batch, columns=[key, text])):
            part = folder / f"part-{number:06d}.parquet"
            if not part.exists():
                answer = suggest_frame(rows.to_pandas(), scorer, text=text, key=key)
                half = part.with_suffix(".writing")
                pq.write_table(pa.Table.from_pandas(answer, preserve_index=False), half)
                half.replace(part)
            parts.append(part)
            bar.update(rows.num_rows)
    return parts


def _manifest(source: Path, scorer: Scorer, total: int, batch: int, text: str, key: str) -> dict[str, Any]:
    stat = source.stat()
    head = source.read_bytes()[-65536:] if stat.st_size < 65536 else _tail(source)
    return {
        "rows": total,
        "bytes": stat.st_size,
        "tail": sha256(head).hexdigest(),  # a Parquet file's footer holds the statistics of all of it
        "scorer": scorer.version,
        "batch": batch,
        "columns": [key, text],
    }


def _tail(source: Path) -> bytes:
    with source.open("rb") as stream:
        stream.seek(-65536, os.SEEK_END)
        return stream.read()


def _claim(folder: Path, manifest: dict[str, Any]) -> None:
    """Write down what this run is, or see that the folder's earlier run was the same."""
    note = folder / "run.json"
    if note.exists():
        before = json.loads(note.read_text(encoding="utf-8"))
        different = sorted(k for k in manifest if before.get(k) != manifest[k])
        if different:
            raise InvalidValue(
                f"{folder.name} holds suggestions of another run (different: {', '.join(different)}); give an empty folder."
            )
    else:
        note.write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def suggest_dask(frame: Any, scorer: Scorer, *, text: str = "text", key: str = "passage") -> Any:
    """Return the suggestions for a Dask table, to be computed where its scheduler says.

    Args:
        frame: a ``dask.dataframe.DataFrame`` of passages.
        scorer: cues or a model; sent to the workers once.
        text: column of the words.
        key: column that names the passage.

    Raises:
        MissingExtra: Dask is not installed.
    """
    try:
        import dask.dataframe  # noqa: F401
    except ImportError:
        raise MissingExtra.named("Working on a cluster", "dask") from None
    import pandas as pd

    meta = pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in COLUMNS.items()})
    return frame.map_partitions(suggest_frame, scorer, text=text, key=key, meta=meta)


def suggest_parquet_on_cluster(
    source: str | os.PathLike[str], target: str | os.PathLike[str], scorer: Scorer, address: str, *, text: str = "text",
    key: str = "passage",
) -> list[Path]:  # fmt: skip
    """Read passages from Parquet and write suggestions into a folder, the work done by a Dask cluster.

    Args:
        source: Parquet file or folder that the workers can read.
        target: folder that the workers can write.
        scorer: cues or a model.
        address: of the scheduler, such as ``tcp://host:8786``.
        text: column of the words.
        key: column that names the passage.

    Returns:
        The parts, in order.

    Raises:
        MissingExtra: Dask is not installed.
    """
    try:
        import dask.dataframe as dd
        from distributed import Client
    except ImportError:
        raise MissingExtra.named("Working on a cluster", "dask") from None
    with Client(address):
        passages = dd.read_parquet(source, columns=[key, text])
        suggest_dask(passages, scorer, text=text, key=key).to_parquet(str(target), write_index=False)
    return sorted(Path(target).glob("*.parquet"))
