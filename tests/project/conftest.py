"""A small project on disk, coded by amira; `ben` opens the same file under his own name."""

from __future__ import annotations

import pytest

from coding.project import open_project

TEXT = (
    "Interviewer: How did it begin?\n"
    "P01: The county ranked us 😀 every month. We looked at 𠮷 Riverside. Nobody ordered it.\n"
    "访谈者：压力从哪里来？\n"
    "P01: 每个月都排名。大家都怕垫底。"
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "study.coding"


@pytest.fixture
def project(path):
    with open_project(path, coder="amira", create=True) as opened:
        opened.documents.add("P01", TEXT)
        opened.codebook.add("Mechanisms", name_zh="机制")
        opened.codebook.add("Pressure", parent="Mechanisms", name_zh="压力", definition="Ranking from above.")
        opened.codebook.add("Driving", parent="Mechanisms", name_zh="驱动")
        yield opened


@pytest.fixture
def ben(project, path):
    project.coders.add("ben")
    with open_project(path, coder="ben") as opened:
        yield opened
