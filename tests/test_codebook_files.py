"""Codebooks as YAML and CSV: what is written reads the same, and every mistake names its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.codebook import BookInfo, Codebook, read_codebook, read_csv, read_yaml, write_codebook, write_csv
from coding.codebook.tree import DIRECTIONS, STAGES
from coding.codebook.yaml_file import yaml_text
from coding.errors import InvalidCodebook
from coding.model import Code, Cue, Relation, fold_name, new_uid

_word = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
_text = st.lists(st.lists(_word, min_size=1, max_size=5).map(" ".join), max_size=3).map("\n".join)
_label = st.lists(_word, min_size=1, max_size=3).map(" ".join)
_cues = st.lists(st.builds(Cue, _word, st.sampled_from(["en", "zh"]), st.booleans()), max_size=4, unique=True).map(
    lambda cues: tuple(sorted(cues, key=lambda c: (c.weak, c.language)))
)


@st.composite
def codebooks(draw, *, cues=_cues):
    codes, taken = [], set()
    for i in range(draw(st.integers(0, 6))):
        parent = draw(st.sampled_from([None, *(c.uid for c in codes)]))
        name = draw(_label.filter(lambda n, parent=parent: (parent, fold_name(n)) not in taken))
        taken.add((parent, fold_name(name)))
        texts = {
            k: draw(_text) for k in ("definition", "definition_zh", "include", "exclude_zh", "example", "example_zh")
        }
        codes.append(
            Code(
                new_uid(), name, parent, sum(c.parent == parent for c in codes), name_zh=draw(st.just("") | _label),
                key=draw(st.sampled_from([None, f"k.{i}"])), cues=draw(cues), hue=draw(st.none() | st.integers(0, 359)),
                direction=draw(st.sampled_from(DIRECTIONS)), stage=draw(st.sampled_from(STAGES)),
                exclusive=draw(st.booleans()), codable=draw(st.booleans()), retired=draw(st.booleans()),
                version=draw(st.integers(1, 9)), review=draw(st.sampled_from([(), ("name_zh", "definition")])), **texts,
            )
        )  # fmt: skip
    return codes


@settings(max_examples=40, deadline=None)
@given(codebooks(), st.data())
def test_yaml_reads_as_it_was_written(codes, data):
    relations = []
    if len(codes) > 1:
        ends = data.draw(st.permutations(codes))[:2]
        relations = [Relation(new_uid(), ends[0].uid, "causes", ends[1].uid, "because")]
    book = Codebook(codes, relations, info=BookInfo(title="T: #1", languages=("en", "zh")))
    text = yaml_text(book)
    again = read_yaml(text.encode())
    assert list(again) == list(book)
    assert again.info == book.info
    assert [(r.source, r.kind, r.target, r.note) for r in again.relations] == [
        (r.source, r.kind, r.target, r.note) for r in relations
    ]
    assert yaml_text(again) == text


@settings(max_examples=40, deadline=None)
@given(codebooks(cues=st.just((Cue("压力", "zh"), Cue("push", "en", weak=True)))))
def test_csv_reads_as_it_was_written(tmp_path_factory, codes):
    book = Codebook(codes)
    path = write_csv(book, tmp_path_factory.mktemp("csv") / "book.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(read_csv(path)) == list(book)


def test_a_change_of_one_rule_is_a_change_of_one_line():
    codes = [Code(new_uid(), f"C{i}", position=i, definition=f"d{i}") for i in range(5)]
    before = yaml_text(Codebook(codes)).splitlines()
    after = yaml_text(Codebook(codes).replaced([Codebook(codes).with_fields(codes[2], definition="new")])).splitlines()
    assert [a for a, b in zip(after, before, strict=True) if a != b] == ["    definition: new"]


def test_merged_codes_and_flat_parents_are_read():
    book = read_yaml(
        b"codes:\n- {key: a, name: A}\n- {key: b, name: B, parent: a}\n- {key: c, name: C, merged_into: b}\n"
    )
    assert book.path(book.find("b")) == "A > B"
    assert book.find("C").uid == book.find("b").uid
    assert book.get(next(c.uid for c in book if c.name == "C")).retired


def test_a_book_gives_the_same_uids_wherever_it_is_read():
    text = b"codebook: {key: study}\ncodes:\n- {key: a, name: A}\n"
    assert [c.uid for c in read_yaml(text)] == [c.uid for c in read_yaml(text)]
    assert read_yaml(text).find("a").uid != read_yaml(text.replace(b"study", b"other")).find("a").uid


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("codes:\n- key: a\n  name: A\n- key: a\n  name: B\n", 4, "the key “a” stands at line 2 already"),
        ("codes:\n- name: A\n- name: a\n", 3, "under the same parent at line 2"),
        ("codes:\n- key: a\n  name: A\n  parent: b\n- key: b\n  name: B\n  parent: a\n", 4, "in a circle: A > B > A"),
        ("codes:\n- key: a\n  definition: d\n", 2, "has no name. Add a line “name: …”"),
        ("codes:\n- name:\n", 2, "has no name"),
        ("codes:\n- name: A\n  exlude: x\n", 3, "no field “exlude”. Did you mean “exclude”"),
        ("codes:\n- name: A\n  name: B\n", 3, "“name” stands twice"),
        ("codes:\n\t- name: A\n", 2, "a tab stands where .* Indent with spaces"),
        ("codes:\n- name: A\n  exclude: no: this\n", 3, "not YAML: .* in quotes"),
        ("codes:\n- name: [A]\n", 2, "text is wanted here"),
        ("codes: A\n", 1, "a list is wanted here"),
        ("codes:\n- A\n", 2, "a code must be a mapping"),
        ("codes:\n- name: A\n  hue: red\n", 3, "“hue” is a whole number, not “red”"),
        ("codes:\n- name: A\n  hue: 400\n", 3, "between 0 and 359"),
        ("codes:\n- name: A\n  exclusive: maybe\n", 3, "true or false"),
        ("codes:\n- name: A\n  direction: up\n", 3, "There is no direction “up”"),
        ("codes:\n- name: A\n  parent: Z\n", 3, "There is no code “Z”"),
        ("codes:\n- name: A\n  cues: [a]\n", 3, "cues are lists by language"),
        ("codes:\n- name: A\nrelations:\n- {from: A, kind: cause, to: A}\n", 4, "no relation “cause”. Did you mean"),
        ("codes:\n- name: A\nrelations:\n- {from: A, kind: causes, to: A}\n", 4, "related to itself"),
        ("codes:\n- name: A\nrelations:\n- {from: A, kind: causes}\n", 4, "a relation has no “to”"),
        ("codes:\n- name: A\nrelations:\n- {from: A, kind: causes, to: Bee}\n", 4, "no code “Bee”"),
        ("code:\n- name: A\n", 1, "no field “code”. Did you mean “codes”"),
        ("codebook: {key: a}\n", 1, "there is no “codes”"),
        ("", 1, "the file is empty"),
        ("codes: !!python/object/apply:os.system [ls]\n", 1, "the tag .* is not taken"),
        ("codes:\n- &a {name: A}\n- *a\n", 2, "anchors"),
        ("codes:\n- name: \x01\n", 2, "control character"),
        ("codes: " + "[" * 300 + "]" * 300, 1, "nested too deeply"),
        ("variables:\n- {name: v, on: coding}\ncodes: []\n", 2, "“on” of a variable is not “coding”"),
    ],
)
def test_a_bad_codebook_names_file_line_and_remedy(tmp_path, text, line, message):
    path = tmp_path / "book.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidCodebook, match=message) as caught:
        read_codebook(path)
    assert caught.value.line == line
    assert caught.value.file == "book.yaml"


def test_files_that_are_no_codebook_at_all(tmp_path):
    with pytest.raises(InvalidCodebook, match=r"latin\.yaml, line 2: the file is not UTF-8"):
        read_yaml(b"codes:\n- name: caf\xe9\n", name="latin.yaml")
    with pytest.raises(InvalidCodebook, match="is the limit"):
        read_yaml(b" " * 5_000_001)
    with pytest.raises(InvalidCodebook, match=r"YAML or CSV, not “\.xlsx”"):
        read_codebook(tmp_path / "book.xlsx")
    with pytest.raises(InvalidCodebook, match="cannot be read"):
        read_codebook(tmp_path / "absent.yaml")
    with pytest.raises(InvalidCodebook, match=r"Use the suffix \.yaml or \.csv"):
        write_codebook(Codebook([]), tmp_path / "book.doc")


def test_taguette_and_spreadsheets_are_taken():
    book = read_csv(b"tag,description,number of highlights\r\npressure,from above,3\r\n\r\ntrust > doubt,,0\r\n")
    assert [(c.name, c.definition) for c in book] == [("pressure", "from above"), ("trust > doubt", "")]
    book = read_csv("\ufeffname;parent;cues\n压力;动力;考核; \n动力;;\n".replace("; \n", "\n").encode("utf-8"))
    assert book.path(book.find("压力")) == "动力 > 压力"
    assert book.find("压力").cues == (Cue("考核", "zh"),)
    book = read_csv("path\tdefinition_zh\n动力 > 压力\t上级考核\n".encode("gb18030"))
    assert [c.name for c in book] == ["动力", "压力"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("name,defintion\nA,b\n", 1, "no column “defintion”. Did you mean “definition”"),
        ("definition\nx\n", 1, "no column “path” or “name”"),
        ("name,name\nA,B\n", 1, "stands twice"),
        ("name,definition\nA,one, two\n", 2, "3 cells, the header 2"),
        ("name,hue\nA,\nB,red\n", 3, "whole number"),
        ("name,exclusive\nA,perhaps\n", 2, "true or false"),
        ("name\nA\na\n", 3, "under the same parent"),
        ("name,key\n,a\n", 2, "has no name"),
        ('path\n"A > ""B"\n', 2, "does not end"),
        ('name\n"A\n', 2, "not CSV"),
    ],
)
def test_a_bad_table_names_its_line(text, line, message):
    with pytest.raises(InvalidCodebook, match=message) as caught:
        read_csv(text.encode(), name="book.csv")
    assert caught.value.line == line
