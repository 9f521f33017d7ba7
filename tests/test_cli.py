"""The command: what it prints, what it returns, and that bad input leaves the project as it was."""

from __future__ import annotations

import json

import pytest

from coding.cli import main
from coding.project import open_project


@pytest.fixture
def run(capsys):
    def go(*words):
        code = main([str(w) for w in words])
        out = capsys.readouterr()
        return code, out.out, out.err

    return go


def test_new_import_code_export_check(run, tmp_path):
    project, text = tmp_path / "s.coding", tmp_path / "P01.txt"
    text.write_text("Interviewer: How?\nP01: Nobody ordered it.", encoding="utf-8")
    assert run("new", project)[0] == 0
    code, out, _ = run("import", project, text, "--json", "--coder", "amira")
    [report] = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert (report["file"], report["status"], report["documents"]) == ("P01.txt", "imported", 1)
    table = tmp_path / "codings.csv"
    table.write_text("document,code,coder,start,end\nP01,Driving,amira,23,41\n", encoding="utf-8")
    code, out, _ = run("import", project, table, "--as", "codings", "--json", "--coder", "amira")
    assert code == 1
    assert "There is no code “Driving”" in json.loads(out)["reason"]
    with open_project(project, coder="amira") as opened:
        opened.codebook.add("Driving")
    code, out, _ = run("import", project, table, "--as", "codings", "--json", "--coder", "amira")
    assert json.loads(out)["codings"] == 1
    assert run("export", project, "--to", tmp_path / "out.qdpx", "--profile", "nvivo")[0] == 0
    code, out, _ = run("check", project, "--json")
    assert code == 0
    assert (tmp_path / "out.qdpx").exists()
    assert run("backup", project)[0] == 0


def test_new_never_overwrites(run, tmp_path):
    path = tmp_path / "s.coding"
    path.write_text("something of mine")
    code, _, err = run("new", path)
    assert (code, path.read_text()) == (1, "something of mine")
    assert "is there already" in err


def test_an_export_replaces_a_file_only_when_told_to(run, tmp_path):
    project, target = tmp_path / "s.coding", tmp_path / "notes.csv"
    assert run("new", project)[0] == 0
    target.write_text("a summer's work")
    code, _, err = run("export", project, "--to", target)
    assert (code, target.read_text()) == (1, "a summer's work")
    assert "--replace" in err
    assert run("export", project, "--to", target, "--replace")[0] == 0
    assert target.read_text(encoding="utf-8-sig").startswith('"document",')


def test_figures_of_agreement_never_write_over_the_table_they_come_from(run, tmp_path):
    table = tmp_path / "codings.csv"
    table.write_text("document,length,coder,code,start,end\nP1,100,a,x,0,9\nP1,100,b,x,0,9\n")
    before = table.read_bytes()
    code, _, err = run("agreement", table, "--draws", "0", "--to", table)
    assert (code, table.read_bytes()) == (1, before)
    assert "--replace" in err
    assert run("agreement", table, "--draws", "0", "--to", tmp_path / "figures.csv")[0] == 0


def test_the_sample_study_needs_no_name_and_is_what_lab_opens(run, tmp_path, monkeypatch):
    from coding.cli import serving

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CODING_PROJECT", raising=False)
    assert "CODING_PROJECT" not in serving._environment(None, None)
    assert run("demo")[0] == 0
    assert serving._environment(None, None)["CODING_PROJECT"] == str(tmp_path / "sample.coding")
    code, _, err = run("demo")
    assert (code, "is there already" in err) == (1, True)
    shown = run("agreement", "sample.coding", "--round", "2", "--draws", "0")[1].splitlines()
    assert shown[2].split() == ["amira", "/", "ben", "percent", "alpha", "95", "%", "interval"]


def test_one_bad_file_does_not_stop_the_others(run, tmp_path):
    good, bad = tmp_path / "a.txt", tmp_path / "b.pdf"
    good.write_text("A text.")
    bad.write_bytes(b"%PDF-1.7 not really")
    code, out, _ = run("import", tmp_path / "s.coding", good, bad, tmp_path / "none.txt", "--json")
    found = {r["file"]: r["status"] for r in map(json.loads, out.splitlines())}
    assert code == 1
    assert found == {"a.txt": "imported", "b.pdf": "rejected", "none.txt": "rejected"}


def test_agreement_of_a_plain_table(run, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("document,length,coder,code,start,end\nd,100,a,x,0,10\nd,100,b,x,0,12\n")
    code, out, _ = run("agreement", table, "--json", "--unit", "character")
    answer = json.loads(out)
    assert code == 0
    assert answer["unit"] == "character"
    assert answer["units"] == 100
    assert 0.8 < answer["codes"][0]["alpha"] < 1


def test_errors_are_json_where_json_was_asked_for(run, tmp_path):
    code, out, _ = run("codebook", tmp_path / "none.coding", "--json")
    assert code == 1
    assert set(json.loads(out)) == {"error", "reason"}


def test_codebook_in_and_out(run, tmp_path):
    book, path = tmp_path / "book.csv", tmp_path / "s.coding"
    book.write_text("name,parent\nMechanisms,\nPressure,Mechanisms\n", encoding="utf-8")
    assert run("new", path)[0] == 0
    code, out, _ = run("codebook", path, "--read", book, "--write", tmp_path / "out.yaml", "--json")
    assert code == 0
    assert [c["path"] for c in json.loads(out)] == ["Mechanisms", "Mechanisms > Pressure"]
    assert "Pressure" in (tmp_path / "out.yaml").read_text(encoding="utf-8")


def test_suggest_for_a_table_gives_the_same_rows_here_and_on_a_cluster(run, tmp_path):
    pd, distributed = pytest.importorskip("pandas"), pytest.importorskip("distributed")
    project = tmp_path / "s.coding"
    assert run("demo", project)[0] == 0
    words = [
        "The district ranks us every month.",
        "Nothing.",
        "区里每月排名，后三名要约谈。",
        "A rival town went first.",
    ]
    rows = pd.DataFrame({"passage": [f"p{i:05}" for i in range(400)], "text": words * 100})
    rows.to_parquet(tmp_path / "passages.parquet", row_group_size=100)
    given = ("suggest", project, "--parquet", tmp_path / "passages.parquet", "--json")
    assert run(*given, "--to", tmp_path / "here")[0] == 0
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        code, out, _ = run(*given, "--to", tmp_path / "there", "--dask", cluster.scheduler_address)
    assert code == 0
    assert json.loads(out)["parts"] >= 1
    tables = [
        pd.concat([pd.read_parquet(part) for part in sorted((tmp_path / name).glob("*.parquet"))], ignore_index=True)
        for name in ("here", "there")
    ]
    assert len(tables[0]) >= 100
    pd.testing.assert_frame_equal(*tables, check_dtype=False)


def test_an_option_of_another_action_is_refused_before_anything_is_done(run, tmp_path):
    project = tmp_path / "s.coding"
    run("new", project, "--coder", "lead")
    code, _, err = run("round", "plan", project, "--documents", "a,b", "--coder", "lead")
    assert code != 0
    assert "--documents belongs to coding round assign, not to plan" in err
    assert run("round", "list", project)[1] == "No rounds yet.\n"


def test_assigning_says_who_got_how_many_documents(run, tmp_path):
    project, text = tmp_path / "s.coding", tmp_path / "P01.txt"
    text.write_text("Nobody ordered it.", encoding="utf-8")
    run("import", project, text, "--coder", "lead")
    run("round", "coders", project, "--coders", "amira,ben", "--coder", "lead")
    run("round", "plan", project, "--purpose", "reliability", "--coder", "lead")
    said = run("round", "assign", project, "1", "--coders", "amira,ben", "--coder", "lead")[1]
    assert said == "Documents in Round 1: amira 1, ben 1.\n"


def test_names_are_replaced_by_a_table_on_the_way_in(run, tmp_path):
    project, text, table = tmp_path / "s.coding", tmp_path / "P01.txt", tmp_path / "names.csv"
    text.write_text("Zhao Min ordered it.", encoding="utf-8")
    table.write_text("name,pseudonym\nZhao Min,P03\n", encoding="utf-8")
    code, out, _ = run("import", project, text, "--pseudonyms", table, "--coder", "amira")
    assert code == 0
    assert out == "P01.txt: 1 document\n  1 name replaced by a pseudonym\n"
    assert b"Zhao Min" not in project.read_bytes()
    run("export", project, "--format", "refi-qda", "--to", tmp_path / "x.qdpx")
    code, _, err = run("import", project, tmp_path / "x.qdpx", "--pseudonyms", table, "--coder", "amira")
    assert code == 1
    assert "names are replaced in documents only" in err
