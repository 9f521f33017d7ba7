"""What a researcher finds, and that a result never shows words unasked."""

from __future__ import annotations

import textwrap

import pytest

import coding as qc
from coding.errors import InvalidQuery, InvalidValue, NotFound


@pytest.fixture(params=["file", pytest.param("server", marks=pytest.mark.postgres)])
def project(request, tmp_path):
    target = tmp_path / "s.coding" if request.param == "file" else request.getfixturevalue("server")()
    with qc.open_project(target, coder="amira", create=True) as project:
        project.documents.add(
            "talk",
            "Interviewer: Why the queue?\nWang: The pressure came down.\nInterviewer: And?\nWang: 年底考核压力大。",
        )
        project.documents.add("note", "Nobody felt pressure. The van was late.")
        for name in ("Pressure", "Van"):
            project.codebook.add(name)
        project.codings.add("talk", quote="The pressure came down.", code="Pressure")
        project.codings.add("note", quote="The van was late.", code="Van")
        yield project


def test_a_word_and_a_chinese_term_are_found_where_they_stand(project):
    found = project.search("pressure OR 压力")
    assert [(r.document, r.match) for r in found] == [("talk", "pressure"), ("talk", "压力"), ("note", "pressure")]
    assert all(project.documents[r.document].text[r.start : r.end] == r.match for r in found)


def test_a_result_shows_no_words_unless_asked(project):
    found = project.search("queue OR 考核")
    assert "年底" not in repr(found) + found._repr_html_() + repr(found.rows) + found.to_frame().to_string()
    assert found.to_frame(text=True)["match"].tolist() == ["queue", "考核"]


def test_a_search_can_be_narrowed(project):
    assert [r.document for r in project.search("pressure", within_code="Pressure")] == ["talk"]
    assert [r.document for r in project.search("pressure", documents=["note"])] == ["note"]
    assert len(project.search("the", speaker="Wang")) == 1
    assert len(project.search("the", coder="amira")) == 2
    assert len(project.search("nobody AND van")) == 2
    assert len(project.search("nobody AND van", unit="sentence")) == 0


def test_memos_are_found_and_lead_to_their_passage(project):
    coding = next(iter(project.codings))
    project.memos.add("A quiet reservation here.", about=coding)
    row = project.search("reservation")[0]
    assert (row.where, row.start, row.end) == ("memo", coding.start, coding.end)


def test_what_cannot_be_searched_is_said(project):
    with pytest.raises(InvalidQuery, match="“\\)”"):
        project.search("(pressure")
    with pytest.raises(InvalidValue, match="where names 'titles'"):
        project.search("pressure", where=("titles",))
    with pytest.raises(NotFound, match="Wong"):
        project.search("pressure", speaker="Wong")


def test_the_index_and_the_scan_agree(project, monkeypatch):
    queries = [
        "pressure",
        "press*",
        "压力",
        "年底考核",
        '"came down"',
        "nobody AND van",
        "late NOT queue",
        "van NEAR/2 late",
    ]
    scanned = [project.search(q).rows for q in queries]
    monkeypatch.setattr("coding.project.search.SCAN", 0)
    assert [project.search(q).rows for q in queries] == scanned


def test_a_phrase_is_found_across_a_line_broken_at_a_margin_but_not_across_paragraphs(project, monkeypatch):
    english = "They told us that the opportunity structure of the district had changed since the reform came down. " * 6
    chinese = "街道的审批权下放以后我们没有退路只能自己想办法解决居民提出的各种问题。" * 6
    for latin, han in ((53, 31), (54, 33), (57, 38), (61, 39)):
        project.documents.add(f"English {latin}", textwrap.fill(english, latin))
        project.documents.add(f"Chinese {han}", textwrap.fill(chinese, han))
    project.documents.add("apart", "The opportunity\n\nStructure was another word.\n\n街道的审批\n\n权力很大，审批。")
    for limit in (2_000_000, 0):  # read through, and by the index
        monkeypatch.setattr("coding.project.search.SCAN", limit)
        for phrase in ('"opportunity structure"', "审批权", "district NEAR/3 changed"):
            assert len(project.search(phrase)) == 24
        for phrase, joint in (("审批权", ""), ('"opportunity structure"', " ")):
            found = project.search(phrase)
            texts = {r.document: project.documents[r.document].text for r in found}
            words = {texts[r.document][r.start : r.end] for r in found}
            assert {word.replace("\n", joint) for word in words} == {phrase.strip('"')}
            assert any("\n" in word for word in words)


def test_codings_are_found_by_their_neighbours_and_asked_again(project):
    project.codings.add("talk", quote="pressure", code="Van")
    inside = project.find_codings("Van", within="Pressure")
    assert [c.document for c in inside.codings] == [project.documents["talk"].uid]
    inside.save("vans inside pressure")
    project.codings.add("talk", quote="came", code="Van")
    assert len(project.queries.run("vans inside pressure")) == 2
    with pytest.raises(InvalidValue, match="one of them at a time"):
        project.find_codings("Van", within="Pressure", overlapping="Pressure")
