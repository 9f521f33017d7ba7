"""Every published and own reference value, one test each.

The environment variable AGREEMENT_CASES may name further files of the same form, separated like PATH.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from coding.agreement import measures


def _cases():
    files = sorted((Path(__file__).parent / "cases").glob("*.json"))
    files += [Path(name) for name in os.environ.get("AGREEMENT_CASES", "").split(os.pathsep) if name]
    for file in files:
        for case in json.loads(file.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{file.stem}-{case['id']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_reference_case(case):
    figure = measures.compute(case["measure"], case["kind"], case["input"])
    if case["expected"] is None:
        assert not figure.defined, f"{figure.value} where the figure is undefined"
        assert figure.reason
        assert figure.sentence("en")
        assert figure.sentence("zh")
    else:
        assert figure.value == pytest.approx(case["expected"], abs=case["tolerance"] or 1e-9, rel=0)
