"""Every file of the hostile corpus ends as it should: rejected with place and remedy, or imported and said how."""

from __future__ import annotations


def test_there_are_enough_files_and_each_has_its_own_name(hostile):
    files = hostile.corpus()
    assert len(files) >= 200
    assert len({f.safe_name for f in files}) == len(files)


def test_the_corpus_is_the_same_every_time(hostile):
    assert [f.data for f in hostile.corpus()] == [f.data for f in hostile.corpus()]


def test_every_file_ends_as_it_should(outcomes):
    wrong = []
    for file, status, error, text, changes in outcomes:
        fine = status != "rejected" if file.expected is None else status == file.expected
        if not fine:
            wrong.append(f"{file.name}: {status} instead of {file.expected or 'imported'}: {error or changes}")
        elif file.holds is not None and file.holds not in text:
            wrong.append(f"{file.name}: the text is {text[:80]!r}")
    assert not wrong, "\n".join(wrong)


def test_every_rejection_names_file_reason_and_remedy(outcomes):
    poor = []
    for file, status, error, _, _ in outcomes:
        if status == "rejected":
            last = file.name.replace("\\", "/").rpartition("/")[2]
            named = error.file in (last, file.safe_name)
            if not (named and error.reason.endswith(".") and error.remedy.endswith((".", ")"))):
                poor.append(f"{file.name}: {error}")
    assert not poor, "\n".join(poor)


def test_changes_say_what_and_how_many(outcomes):
    for file, _, _, _, changes in outcomes:
        for change in changes:
            assert change.strip(), file.name
            assert "\n" not in change, file.name


def test_no_local_file_reaches_a_text_or_a_message(outcomes):
    for file, _, error, text, changes in outcomes:
        assert "root:x:" not in f"{text}{error}{changes}", file.name
