"""Agreement beside its peers, in one run: `python benchmarks/agreement.py --size S|M|L --json`.

Prints how long ours takes and how many times faster it is than a plain numpy sweep-line sketch with the
same output, than scikit-learn and than krippendorff on dense characters. Only ratios of one run mean
anything. Peers run on two codes and are extrapolated; peak_mb comes from a process without them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from coding.agreement import binary, bootstrap, counts, unitizing  # noqa: E402
from coding.agreement.columns import Columns  # noqa: E402

SIZES = {
    "S": {"documents": 10, "length": 20_000, "coders": 3, "codings": 2_000, "codes": 12, "domains": 3},
    "M": {"documents": 200, "length": 20_000, "coders": 3, "codings": 40_000, "codes": 24, "domains": 4},
    "L": {"documents": 2_000, "length": 20_000, "coders": 4, "codings": 400_000, "codes": 60, "domains": 10},
}
DRAWS = 1_000


# ---- a project: passages that coders mostly agree on, without overlap inside a domain


def make(size, seed=1):
    p = SIZES[size]
    rng = np.random.default_rng(seed)
    per = p["codes"] // p["domains"]
    targets = round(p["codings"] / 0.9 / p["coders"])
    place = np.sort(rng.integers(0, p["documents"] * p["domains"], targets))
    document, domain = place // p["domains"], place % p["domains"]
    first = np.r_[True, place[1:] != place[:-1]]
    group = np.cumsum(first) - 1
    rank = np.arange(targets) - np.flatnonzero(first)[group]
    slot = p["length"] // np.bincount(group)[group]
    low, high = rank * slot, (rank + 1) * slot
    length = np.minimum(np.clip(rng.lognormal(5, 0.6, targets).astype(int), 20, 600), slot // 2)
    start = low + (rng.random(targets) * (slot - length)).astype(int)
    code = domain * per + rng.integers(0, per, targets)
    rows = []
    for coder in range(p["coders"]):
        kept = rng.random(targets) < 0.9
        s = np.clip(start + rng.normal(0, 12, targets).astype(int), low, high - 2)
        e = np.clip(start + length + rng.normal(0, 18, targets).astype(int), s + 1, high)
        other = np.where(rng.random(targets) < 0.15, domain * per + rng.integers(0, per, targets), code)
        rows.append(np.stack([document, other, np.full(targets, coder), s, e])[:, kept])
    table = np.concatenate(rows, axis=1)
    table = table[:, rng.permutation(table.shape[1])]
    kinds = (np.int32, np.int16, np.int8, np.int32, np.int32)
    return p, tuple(column.astype(kind) for column, kind in zip(table, kinds, strict=True))


def columns_of(p, arrays):
    lengths = np.full(p["documents"], p["length"], dtype=np.int64)
    return Columns(*arrays, lengths, p["codes"], np.ones((p["documents"], p["coders"]), dtype=bool))


# ---- ours


def point(columns):
    totals = counts.count(columns).totals()
    return {name: measure(totals) for name, measure in binary.BINARY_MEASURES.items()}


def with_draws(columns):
    counted = counts.count(columns)
    totals = counted.totals()
    drawn = bootstrap.resample_counts(counted, bootstrap.Draws.of(columns.documents, DRAWS))
    return {
        name: (m(totals), bootstrap.intervals(m(drawn), m(totals), documents=columns.documents))
        for name, m in (("alpha", binary.alpha), ("kappa", binary.kappa))
    }


def unitizing_family(columns, domains):
    statistics_ = unitizing.unit_statistics(columns, domains)
    whole = unitizing.family(statistics_.total(), domains.sizes)
    drawn = unitizing.family(
        bootstrap.resample_units(statistics_, bootstrap.Draws.of(columns.documents, DRAWS)), domains.sizes
    )
    return whole, [bootstrap.intervals(getattr(drawn, n), getattr(whole, n), documents=columns.documents)
                   for n in ("binary", "u", "cu")]  # fmt: skip


# ---- the sketch: one sort, a running sum per coder, double precision throughout


class Sketch:
    """A straightforward numpy sweep line with the same output; a file named in AGREEMENT_SKETCH replaces it."""

    def __init__(self, p, arrays):
        self.p = p
        self.document, self.code, self.coder, self.start, self.end = arrays

    def point(self):
        p = self.p
        n, m, codes = len(self.document), p["coders"], p["codes"]
        wide = int(p["length"]).bit_length()
        group = self.document.astype(np.int64) * codes + self.code
        coder = self.coder.astype(np.int64)
        keys = np.empty(2 * n, dtype=np.int64)
        keys[:n] = (group << (wide + 4)) | (self.start.astype(np.int64) << 4) | (coder << 1) | 1
        keys[n:] = (group << (wide + 4)) | (self.end.astype(np.int64) << 4) | (coder << 1)
        keys.sort()
        sign = ((keys & 1) * 2 - 1).astype(np.int8)
        who = ((keys >> 1) & 7).astype(np.int8)
        place = keys >> 4
        mask = np.zeros(2 * n, dtype=np.int64)
        for i in range(m):
            mask |= (np.cumsum(np.where(who == i, sign, 0), dtype=np.int32) > 0).astype(np.int64) << i
        length = np.diff(place, append=place[-1])
        length[mask == 0] = 0
        table = np.bincount((place >> wide) * (1 << m) + mask, weights=length, minlength=p["documents"] * codes << m)
        table = table.reshape(p["documents"], codes, 1 << m)
        table[:, :, 0] = p["length"] - table[:, :, 1:].sum(axis=2)
        return table

    @staticmethod
    def _kappa(both, a, b, n):
        chance = (a * b + (n - a) * (n - b)) / n / n
        observed = (n - a - b + 2 * both) / n
        with np.errstate(all="ignore"):
            return np.where(chance < 1, (observed - chance) / (1 - chance), np.nan)

    def _weights(self):
        d = self.p["documents"]
        return np.random.default_rng(0).multinomial(d, np.full(d, 1 / d), size=DRAWS).astype(np.float64)

    def bootstrap(self):
        p, m = self.p, self.p["coders"]
        states = np.arange(1 << m)
        pairs = [(i, j) for i in range(m) for j in range(i + 1, m)]
        member = [(states >> i) & 1 for i in range(m)]
        select = np.stack([*member, *(member[i] & member[j] for i, j in pairs)], axis=1).astype(float)
        sums = (self.point().reshape(-1, 1 << m) @ select).reshape(p["documents"], p["codes"], -1)
        a, b = [i for i, _ in pairs], [j for _, j in pairs]
        each = self._kappa(sums[:, :, m:], sums[:, :, a], sums[:, :, b], p["length"])
        weights = self._weights()
        drawn = (weights @ sums.reshape(p["documents"], -1)).reshape(DRAWS, p["codes"], -1)
        n = (weights @ np.full(p["documents"], float(p["length"])))[:, None, None]
        values = self._kappa(drawn[:, :, m:], drawn[:, :, a], drawn[:, :, b], n).mean(axis=2)
        return each, np.nanpercentile(values, [2.5, 97.5], axis=0)

    def unitizing(self):
        p, m, g = self.p, self.p["coders"], self.p["domains"]
        per = p["codes"] // g
        v, n = per + 1, len(self.document)
        wide, index_bits = int(p["length"]).bit_length(), int(np.ceil(np.log2(2 * n)))
        domain = self.code.astype(np.int64) // per
        local = (self.code - domain * per + 1).astype(np.int64)
        group, coder = self.document.astype(np.int64) * g + domain, self.coder.astype(np.int64)
        at = np.arange(n, dtype=np.int64)
        keys = np.concatenate([
            (((group << wide) | self.end) << index_bits) | at,
            (((group << wide) | self.start) << index_bits) | (at + n),
        ])  # fmt: skip
        keys.sort()
        index = keys & ((1 << index_bits) - 1)
        place = keys >> index_bits
        ending = index < n
        unit = np.where(ending, index, index - n)
        step, who, where = np.where(ending, -local[unit], local[unit]), coder[unit], place >> wide
        length = np.diff(place, append=place[-1]).astype(np.float64)
        now = np.stack([np.cumsum(np.where(who == i, step, 0)) for i in range(m)])
        on = now > 0
        active = on.sum(axis=0)
        length[active == 0] = 0
        cells = p["documents"] * g * v
        diagonal, margin, paired = np.zeros(cells), np.zeros(cells), np.zeros(cells)
        for i in range(m):
            margin += np.bincount(where * v + now[i], weights=length, minlength=cells)
            share = np.where(on[i], length * (active - 1), 0) / (m - 1)
            paired += np.bincount(where * v + now[i], weights=share, minlength=cells)
            for j in range(i + 1, m):
                same = now[i] == now[j]
                diagonal += np.bincount(
                    where[same] * v + now[i][same], weights=length[same] * 2 / (m - 1), minlength=cells
                )
        shape = (p["documents"], g, v)
        diagonal, margin, paired = (x.reshape(shape) for x in (diagonal, margin, paired))
        missing = p["length"] * m - margin.sum(axis=2)
        margin[..., 0] += missing
        diagonal[..., 0] += missing
        alike = diagonal.copy()
        alike[..., 0] = paired[..., 0] = 0
        squares = np.bincount(group * v + local, weights=(self.end - self.start).astype(float) ** 2, minlength=cells)
        squares = squares.reshape(shape)
        squares[..., 0] = margin[..., 0]
        back = np.empty(2 * n, dtype=np.int64)
        back[index] = np.arange(2 * n)
        own = np.empty(n)
        for i in range(m):
            line = np.concatenate([[0.0], np.cumsum(length * (active - on[i]) / (m - 1))])
            mine = np.flatnonzero(self.coder == i)
            own[mine] = line[back[mine]] - line[back[mine + n]]
        paired_squares = np.bincount(group * v + local, weights=own * own, minlength=cells).reshape(shape)
        sums = np.stack([diagonal, margin, squares, alike, paired, paired_squares], axis=2)
        drawn = (self._weights() @ sums.reshape(p["documents"], -1)).reshape(DRAWS, *sums.shape[1:])

        def alpha(z, i):
            total = z[..., i + 1, :].sum(axis=-1)
            room = total**2 - z[..., i + 2, :].sum(axis=-1)
            expected = total * (total**2 - (z[..., i + 1, :] ** 2).sum(axis=-1)) / room
            return 1 - (total - z[..., i, :].sum(axis=-1)) / expected

        whole = sums.sum(axis=0)
        alpha(drawn, 0)
        return alpha(whole, 0), alpha(whole, 3), np.nanpercentile(alpha(drawn, 3), [2.5, 97.5], axis=0)


def sketch_of(p, arrays):
    """Return the three timed calls of the sketch."""
    named = os.environ.get("AGREEMENT_SKETCH", "")
    if not named:
        own = Sketch(p, arrays)
        return own.point, own.bootstrap, own.unitizing
    spec = importlib.util.spec_from_file_location("agreement_sketch", named)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    project = {
        "D": p["documents"], "L": p["length"], "m": p["coders"], "K": p["codes"], "G": p["domains"],
        **dict(zip(("doc", "code", "coder", "start", "end"), arrays, strict=True)),
    }  # fmt: skip
    return (
        lambda: module.percode_tables(project),
        lambda: module.own_kappa(project, B=DRAWS),
        lambda: module.own_cu(project, B=DRAWS),
    )


# ---- dense peers, one character a cell


def dense(p, arrays, coder, code):
    document, codes, coders, start, end = arrays
    rows = (coders == coder) & (codes == code)
    steps = np.zeros(p["documents"] * p["length"] + 1, dtype=np.int32)
    offset = document[rows].astype(np.int64) * p["length"]
    np.add.at(steps, offset + start[rows], 1)
    np.add.at(steps, offset + end[rows], -1)
    return (np.cumsum(steps[:-1]) > 0).astype(np.int8)


def peer(name, p, arrays, codes=2):
    """Return the seconds that a peer would take for all codes."""
    begin = time.perf_counter()
    for code in range(codes):
        vectors = [dense(p, arrays, i, code) for i in range(p["coders"])]
        if name == "sklearn":
            from sklearn.metrics import cohen_kappa_score

            for i in range(p["coders"]):
                for j in range(i + 1, p["coders"]):
                    cohen_kappa_score(vectors[i], vectors[j])
        else:
            import krippendorff

            krippendorff.alpha(reliability_data=np.stack(vectors).astype(float), level_of_measurement="nominal")
    return (time.perf_counter() - begin) / codes * p["codes"]


# ---- from a project on disk


def project_seconds(p, arrays):
    """Return the seconds from opening a project file to its figures; None without the store."""
    try:
        from coding.storage import Store
    except ImportError:
        return None
    from coding.agreement import from_snapshot
    from coding.model import Code, Coder, Document, new_uid

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "bench.coding")
        store = Store.open(path, create=True, coder="bench")
        coders = [Coder(new_uid(), f"coder {i}") for i in range(p["coders"])]
        codes = [Code(new_uid(), f"code {i}", position=i) for i in range(p["codes"])]
        text = "word " * (p["length"] // 5)
        documents = []
        with store.change("benchmark") as change:
            for thing in (*coders, *codes):
                change.put(thing)
            for i in range(p["documents"]):
                own = f"{i:08d}" + text[8:]
                value = Document(new_uid(), f"document {i}", len(own), "")
                documents.append(change.put_document(value, own))
            document, code, coder, start, end = arrays
            change.put_codings({
                "document": [documents[d].uid for d in document], "code": [codes[k].uid for k in code],
                "coder": [coders[c].uid for c in coder], "start": start.tolist(), "end": end.tolist(),
            })  # fmt: skip
        store.close()
        seconds = []
        for _ in range(3):
            begin = time.perf_counter()
            store = Store.open(path, readonly=True)
            table = from_snapshot(
                store.snapshot(texts=False), coders=[c.name for c in coders], unit="character", universe="all", draws=0
            )
            seconds.append(time.perf_counter() - begin)
            assert table.units == p["documents"] * p["length"]
            store.close()
        return statistics.median(seconds)


# ---- putting it together


def peak(size):
    """Return the peak memory of ours in MB, in this process."""
    p, arrays = make(size)
    columns = columns_of(p, arrays)
    domains = unitizing.Domains.of(np.arange(p["codes"]) // (p["codes"] // p["domains"]))
    point(columns)
    with_draws(columns)
    unitizing_family(columns, domains)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def refresh_ms():
    """Return the milliseconds from one new coding to all codes' alpha, at the size of a real round."""
    from coding.agreement import LiveAgreement, material_of_table

    p, arrays = make("M")
    document, code, coder, start, end = (a[arrays[0] < 40] for a in arrays)
    table = {"document": [f"d{d}" for d in document], "length": [p["length"]] * len(document),
             "coder": [f"c{c}" for c in coder], "code": [f"k{k:02}" for k in code], "start": start, "end": end}  # fmt: skip
    live = LiveAgreement(material_of_table(table), unit="character", universe="all")
    columns = live.material.columns
    rows = np.flatnonzero(columns.document == 0)
    own = list(zip(*(c[rows].tolist() for c in (columns.code, columns.coder, columns.start, columns.end)), strict=True))
    seconds = []
    for i in range(60):
        now = [*own, (i % 20, 0, 100 + i, 150 + i)]
        begin = time.perf_counter()
        live.set_document(0, now)
        live.alpha()
        seconds.append(time.perf_counter() - begin)
    return 1000 * statistics.median(seconds)


def run(size, repeats, peers, project):
    p, arrays = make(size)
    columns = columns_of(p, arrays)
    domains = unitizing.Domains.of(np.arange(p["codes"]) // (p["codes"] // p["domains"]))
    ours = (lambda: point(columns), lambda: with_draws(columns), lambda: unitizing_family(columns, domains))
    theirs = sketch_of(p, arrays)
    times = {(side, i): [] for side in ("ours", "sketch") for i in range(3)}
    # one figure at a time, both sides in turn and each first as often as the other: what ran just before,
    # and left the memory cold, is then the same for both
    for i in range(3):
        for turn in range(repeats + 1):
            both = (("ours", ours), ("sketch", theirs))
            for side, calls in both if turn % 2 else reversed(both):
                begin = time.perf_counter()
                calls[i]()
                if turn:  # the first turn warms up
                    times[side, i].append(time.perf_counter() - begin)
    middle = {key: statistics.median(values) for key, values in times.items()}
    ratios = [middle["sketch", i] / middle["ours", i] for i in range(3)]
    peak_mb = float(
        subprocess.run(
            [sys.executable, __file__, "--size", size, "--peak"], capture_output=True, text=True, check=True
        ).stdout
    )
    result = {
        "size": size,
        "point_ms": 1000 * middle["ours", 0],
        "bootstrap_ms": 1000 * middle["ours", 1],
        "unitizing_ms": 1000 * middle["ours", 2],
        "sketch_point_ms": 1000 * middle["sketch", 0],
        "sketch_bootstrap_ms": 1000 * middle["sketch", 1],
        "sketch_unitizing_ms": 1000 * middle["sketch", 2],
        "project_s": project_seconds(p, arrays) if project else None,
        "refresh_ms": refresh_ms(),
        "peak_mb": peak_mb,
        "ratio_sketch": min(ratios),
        "ratio_sketch_point": ratios[0],
        "ratio_sketch_bootstrap": ratios[1],
        "ratio_sketch_unitizing": ratios[2],
        "ratio_sklearn": None,
        "ratio_krippendorff": None,
        "repeats": repeats,
    }
    if peers:
        for name in ("sklearn", "krippendorff"):
            result[f"ratio_{name}"] = peer(name, p, arrays) / middle["ours", 0]
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="M")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, default=7, help="interleaved runs, of which the median counts")
    parser.add_argument("--no-peers", action="store_true", help="leave scikit-learn and krippendorff out")
    parser.add_argument("--no-project", action="store_true", help="leave the project on disk out")
    parser.add_argument("--peak", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak:
        print(peak(given.size))
        return
    result = run(given.size, given.repeats, not given.no_peers, not given.no_project)
    if given.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key:24} {value:.2f}" if isinstance(value, float) else f"{key:24} {value}")


if __name__ == "__main__":
    main()
