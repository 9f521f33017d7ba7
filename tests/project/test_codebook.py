"""The codebook of a project: what a file may change here, how deep a tree goes, and what a field takes."""

from __future__ import annotations

import pytest

from coding.errors import InvalidValue, NotFound


@pytest.mark.parametrize("name", ["book.yaml", "book.csv"])
def test_reading_a_file_that_was_written_here_leaves_the_tree_as_a_person_has_made_it(project, tmp_path, name):
    project.codebook.add("Fear", definition="Of the last place.")
    project.codebook.add("Old")
    project.codebook.add("Doubled")
    file = project.codebook.write(tmp_path / name)
    coding = project.codings.add("P01", quote="Nobody ordered it.", code="Doubled")
    project.codebook.move("Fear", "Pressure")
    project.codebook.set("Fear", hue=200)
    project.codebook.retire("Old")
    project.codebook.merge("Doubled", into="Driving")

    project.codebook.read(file)

    tree = project.codebook.tree
    assert tree.path(tree.find("Fear")) == "Mechanisms > Pressure > Fear"
    assert tree.find("Fear").hue == 200
    assert tree.find("Old").retired
    assert project.code_counts() == {tree.find("Driving").uid: 1}
    assert project.codings[coding.uid].code == coding.code


def test_a_file_with_few_columns_takes_no_rule_away(project, tmp_path):
    project.codebook.set("Pressure", include="Any ranking.", exclude="Mere advice.", exclusive=True, key="kit.pressure")
    (tmp_path / "names.csv").write_text("name,definition\nMechanisms,What moves them\n", encoding="utf-8")
    before = project.codebook.find("Mechanisms > Pressure")

    project.codebook.read(tmp_path / "names.csv")

    after = project.codebook.find("Mechanisms > Pressure")
    assert (after.include, after.exclude, after.exclusive, after.key) == (
        before.include, before.exclude, before.exclusive, before.key,
    )  # fmt: skip
    assert project.codebook.find("Mechanisms").definition == "What moves them"
    assert project.codebook.find("Mechanisms").name_zh == "机制"


def test_a_changed_rule_in_a_file_is_a_change_of_meaning(project, tmp_path):
    file = project.codebook.write(tmp_path / "book.yaml")
    file.write_text(file.read_text("utf-8").replace("Ranking from above.", "Any ranking."), "utf-8")
    project.codebook.read(file)
    assert project.codebook.find("Pressure").definition == "Any ranking."
    assert project.codebook.history("Pressure")[-1].kind == "semantic"


def test_to_make_a_code_a_heading_is_a_change_of_meaning(project):
    project.codings.add("P01", quote="Nobody ordered it.", code="Driving")
    project.codebook.set("Driving", codable=False)
    assert project.codebook.history("Driving")[-1].kind == "semantic"
    assert [version.kind for _, version in project.codebook.outdated()] == ["semantic"]


def test_codes_stand_at_most_64_deep_however_they_came_there(project):
    chains = {}
    for top in ("A", "B"):
        parent = None
        for i in range(40):
            parent = project.codebook.add(f"{top}{i}", parent=parent)
        chains[top] = parent
    with pytest.raises(InvalidValue, match="at most 64 deep"):
        project.codebook.move("B0", chains["A"])
    assert project.codebook.find("B0").parent is None
    for i in range(40, 64):
        chains["A"] = project.codebook.add(f"A{i}", parent=chains["A"])
    with pytest.raises(InvalidValue, match="at most 64 deep"):
        project.codebook.add("One more", parent=chains["A"])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"exclusive": "yes"}, "it is True or False"),
        ({"codable": 0.5}, "it is True or False"),
        ({"aliases": "abc"}, r"aliases is 'abc'; it takes a list"),
        ({"cues": "abc"}, r"cues is 'abc'; it takes a list"),
    ],
)
def test_a_field_of_a_code_takes_what_it_can_hold(project, fields, said):
    with pytest.raises(InvalidValue, match=said):
        project.codebook.set("Pressure", **fields)
    assert project.codebook.find("Pressure").version == 1


def test_a_relation_names_its_kind_and_codings_that_are_there(project):
    with pytest.raises(InvalidValue, match="needs a kind"):
        project.codebook.relate("Pressure", " ", "Driving")
    with pytest.raises(NotFound, match="no coding with the uid garbage"):
        project.codebook.relate("Pressure", "leads to", "Driving", codings=["garbage"])
