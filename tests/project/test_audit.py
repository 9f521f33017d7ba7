"""The appendix for reviewers: what it says of the codebook, and whom it never names."""

from __future__ import annotations

import pytest

from coding.errors import ExportFailed


@pytest.fixture
def page(project, tmp_path):
    def written(language="en"):
        return project.audit(tmp_path / "audit.html", language=language).read_text(encoding="utf-8")

    return written


def test_words_of_memos_and_reasons_name_no_document_case_or_speaker(project, page):
    project.documents.add(
        "P05 night shift", "访谈者：为什么？\n王主任：没有人来。\n访谈者：后来呢？\n王主任：后来来了。"
    )
    project.cases.add("Ms Hua")
    project.memos.add("Between P05 and Ms Hua the rule wavers; 王主任说不清楚. P055 is another matter.", kind="method")
    project.codebook.set("Pressure", exclude="Mere advice.", reason="P05 night shift showed it")
    shown = page()
    assert "Between [document 2] and [case " in shown
    assert "[document 2] showed it" in shown
    for name in ("P05 ", "Hua", "王主任"):
        assert name not in shown
    assert "P055 is another matter" in shown
    assert "[文档 2]" in page("zh")


def test_a_change_of_meaning_without_a_reason_says_so(project, page):
    project.codebook.set("Pressure", exclude="Mere advice.")
    assert "No reason was given." in page()
    assert "未说明理由。" in page("zh")


@pytest.mark.parametrize("name", ["audit.docx", "audit.html"])
def test_a_folder_that_is_not_there_is_named(project, tmp_path, name):
    with pytest.raises(ExportFailed, match="no folder “none”"):
        project.audit(tmp_path / "none" / name)
