"""What a first day gets wrong, and what the workbench answers: what was given, and what to do next."""

from __future__ import annotations

import warnings

import pytest

import coding as qc
from coding.errors import InvalidValue, NotAProject, NotFound, ProjectReadOnly


@pytest.fixture
def project(tmp_path):
    with qc.open_project(tmp_path / "study.coding", coder="amira", create=True) as project:
        yield project


def test_another_database_server_is_refused_without_its_password():
    with pytest.raises(NotAProject, match=r"mysql cannot hold a project.*PostgreSQL") as caught:
        qc.open_project("mysql://me:hidden@localhost/study", coder="amira")
    assert "hidden" not in str(caught.value)


def test_a_project_opened_for_reading_says_how_to_write(tmp_path, project):
    with (
        qc.open_project(tmp_path / "study.coding", readonly=True) as reader,
        pytest.raises(ProjectReadOnly, match="without readonly=True"),
    ):
        reader.documents.add("Note", "The square was empty.")


def test_a_list_of_files_is_told_about_the_star(project):
    with pytest.raises(InvalidValue, match=r"a list was given.*add_files\(\*paths\)"):
        project.documents.add_files(["a.txt", "b.txt"])


def test_a_missing_table_of_cases_is_named(project):
    with pytest.raises(NotFound, match=r"no file people\.csv"):
        project.cases.read_csv("people.csv")


def test_one_name_is_no_list_of_coders(project):
    with pytest.raises(InvalidValue, match="two or more names"):
        project.agreement(coders="amira")


def test_a_path_is_no_open_project():
    with pytest.raises(InvalidValue, match="Open it first"):
        qc.TextCoder("study.coding")


def test_a_coder_who_is_nearly_another_is_asked_whether_she_is_that_one(tmp_path, project):
    project.documents.add("Note", "The square was empty.")
    with pytest.warns(UserWarning, match="“amria” has not coded here yet, “amira” has"):
        qc.open_project(tmp_path / "study.coding", coder="amria").close()
    project.coders.add("coder1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("amira", "ben", "coder2"):
            qc.open_project(tmp_path / "study.coding", coder=name).close()
