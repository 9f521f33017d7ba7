"""Cue words, the local model, the order of review, figures from decisions, streams."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.errors import InvalidValue
from coding.language import outline
from coding.language.suggest import by_uncertainty, evaluate, model_card, propose, training_set
from coding.language.suggest_cues import CueMatcher
from coding.language.suggest_model import train
from coding.language.suggest_stream import (
    CueScorer,
    ModelScorer,
    suggest_dask,
    suggest_frame,
    suggest_many,
    suggest_parquet,
)
from coding.model import Code, Coder, Coding, Cue, Document, ProjectInfo, Snapshot, new_uid

PRESSURE = Code("c-pressure", "Pressure", name_zh="压力", cues=(Cue("performance ranking"), Cue("考核", "zh"), Cue("压力", "zh", weak=True),
                                                              Cue("boss", weak=True)))  # fmt: skip
RIVALRY = Code("c-rivalry", "Rivalry", cues=(Cue("compete"), Cue("竞争", "zh")))
CODES = (PRESSURE, RIVALRY)


def suggested(*passages: str, codes=CODES) -> list[tuple[int, str]]:
    return [(h.passage, codes[h.code].name) for h in CueMatcher(codes).hits(passages)]


@pytest.mark.parametrize(
    "passage",
    [
        "the PERFORMANCE RANKINGS came",
        "ｐｅｒｆｏｒｍａｎｃｅ ｒａｎｋｉｎｇ",
        "performance\xa0ranking",
        "年底考核来了",
        "压力大，boss也急",
    ],
)
def test_cues_find_their_code(passage):
    assert suggested(passage) == [(0, "Pressure")]


@pytest.mark.parametrize(
    "passage",
    ["他们压力大", "the boss came", "the boss and his boss", "outperformance ranking", "", "performance\nranking"],
)
def test_what_must_not_suggest(passage):
    assert suggested(passage) == []


def test_english_endings_and_word_edges():
    assert suggested("They competed.", "competing streets", "competes", "incompetence", "competeX") == [
        (i, "Rivalry") for i in range(3)
    ]


def test_a_cue_never_reaches_into_the_next_passage_and_places_are_exact():
    assert suggested("the performance", "ranking") == []
    hit = CueMatcher(CODES).hits(["😀 no", "他说考核İ考核"])[0]
    assert (hit.passage, hit.start, hit.end) == (1, 2, 4)


def test_retired_codes_suggest_nothing_and_no_cues_is_no_error():
    assert suggested("考核", codes=(replace(PRESSURE, retired=True),)) == []
    assert suggested("考核", codes=()) == []
    assert CueMatcher(CODES).version != CueMatcher(CODES[:1]).version


def project(decided: bool = False) -> Snapshot:
    lines = {"c-pressure": ["上面的指标一天比一天多", "we must report to the district every week", "没有完成任务就要检讨", "the quota came down again",
                            "区里催得很紧", "they called us about the quota"],
             "c-rivalry": ["隔壁街道做了我们也要做", "the next street has a plaque so we want two", "大家都在比谁的牌子多", "our neighbours won the prize",
                           "别的街道先上了新闻", "we want to be ahead of the next street"],
             "": ["今天天气很好", "tea was served", "他是本地人", "we sat down", "门口有一棵树", "the room was cold"]}  # fmt: skip
    documents, texts, outlines, codings = [], {}, {}, []
    for d in range(4):
        rows = [
            (code, line + ("。" if line[0] > "z" else ".")) for code, of in lines.items() for line in of[d % 2 :: 2]
        ]
        text = "\n".join(line for _, line in rows)
        uid = f"d{d}"
        documents.append(Document(uid, f"Document {d}", len(text), ""))
        texts[uid], outlines[uid] = text, outline(text)
        for code, line in rows:
            if code and d < 3:
                at = text.index(line)
                codings.append(Coding(new_uid(), uid, code, "amira", at, at + len(line)))
    snapshot = Snapshot(ProjectInfo("p", "P"), coders=(Coder("amira", "Amira"),), codes=CODES, documents=tuple(documents), texts=texts,
                        outlines=outlines)  # fmt: skip
    return snapshot.with_codings(codings)


def test_the_model_learns_from_what_people_coded():
    found = propose(project(), method="model", documents=["d3"])
    texts = project().texts
    assert {s.document for s in found} == {"d3"}
    assert all(s.status == "open" and s.source == "model" and s.version.startswith("model-1/") for s in found)
    right = [
        s
        for s in found
        if any(
            k in texts["d3"][s.start : s.end]
            for k in ("report", "催", "quota", "街道", "ahead", "prize", "plaque", "指标", "任务")
        )
    ]
    assert len(right) >= 4
    assert len(right) / len(found) >= 0.8


def test_training_is_the_same_every_time():
    t = training_set(project())
    one, two = (train(t.passages, t.labels) for _ in range(2))
    assert one.version == two.version
    assert np.array_equal(one.scores(t.passages), two.scores(t.passages))


def test_kept_out_documents_neither_teach_nor_get_suggestions():
    t = training_set(project(), exclude={"d0", "d1"})
    assert set(t.documents) == {"d2"}
    assert {s.document for s in propose(project(), exclude={"d3"})} <= {"d0", "d1", "d2"}


def test_nothing_is_suggested_where_the_code_already_is():
    snapshot = project()
    carried = {(c.document, c.code, c.start) for c in snapshot.iter_codings()}
    assert not {(s.document, s.code, s.start) for s in propose(snapshot)} & carried


def test_too_few_codings_are_no_model():
    bare = project().with_codings([])
    with pytest.raises(InvalidValue, match="code on"):
        propose(bare, method="model")
    assert {s.source for s in propose(bare)} <= {"cues"}
    with pytest.raises(InvalidValue, match="rows of labels"):
        train(["a"], np.zeros((2, 1), bool))


def test_interviewers_get_no_suggestions():
    text = "Interviewer: Do you compete?\nHart: We compete.\nInterviewer: So?\nHart: No."
    snapshot = Snapshot(ProjectInfo("p", "P"), codes=CODES, documents=(Document("d", "D", len(text), ""),), texts={"d": text},
                        outlines={"d": outline(text)})  # fmt: skip
    assert [text[s.start : s.end] for s in propose(snapshot)] == ["We compete."]


def test_review_begins_with_what_is_least_sure_and_mixes_in_chance():
    rows = [replace(s, score=k / 40) for k, s in enumerate(propose(project(), threshold=0.0)[:40])]
    assert len(rows) == 40
    ordered = by_uncertainty(rows, random_share=0.0)
    margins = [abs(2 * s.score - 1) for s in ordered]
    assert margins == sorted(margins)
    mixed = by_uncertainty(rows, random_share=0.2, seed=3)
    assert {s.uid for s in mixed} == {s.uid for s in rows}
    assert [s.uid for s in mixed] == [s.uid for s in by_uncertainty(rows, random_share=0.2, seed=3)]
    assert [s.uid for s in mixed] != [s.uid for s in ordered]
    with pytest.raises(InvalidValue, match="from 0 to 1"):
        by_uncertainty(rows, random_share=2)


def test_precision_and_recall_come_from_what_people_decided():
    snapshot = project()
    some = propose(snapshot, threshold=0.0, documents=["d3"])
    pressure = [s for s in some if s.code == "c-pressure"][:4]
    decided = [
        replace(s, status=w) for s, w in zip(pressure, ("accepted", "accepted", "accepted", "refused"), strict=True)
    ]
    coded = [Coding(new_uid(), "d3", "c-pressure", "amira", s.start, s.end, origin="accepted") for s in decided[:3]]
    missed = Coding(new_uid(), "d3", "c-pressure", "amira", some[-1].end - 2, some[-1].end)
    after = replace(snapshot.with_codings([*coded, missed]), suggestions=tuple(decided))
    record = evaluate(after)[0]
    assert (record.accepted, record.refused, record.precision) == (3, 1, 0.75)
    assert (record.found, record.coded) == (3, 4)
    assert evaluate(snapshot) == []


def test_the_model_card_says_what_it_is_in_both_languages():
    card = model_card(project(), exclude={"d3"})
    assert card.facts["excluded"] == 1
    assert {row["name"] for row in card.facts["codes"]} == {"Pressure", "Rivalry"}
    assert "Pressure" in card.to_markdown()
    assert "压力" in card.to_markdown("zh")
    assert "上面的指标" not in card.to_markdown("zh")


@pytest.fixture
def passages() -> pd.DataFrame:
    lines = ["他们在竞争。", "We compete with the next street.", "Tea was served.", "考核又来了。", "", None]
    return pd.DataFrame({"passage": [f"p{i}" for i in range(1200)], "text": [lines[i % 6] for i in range(1200)]})


def test_a_stream_answers_as_one_table_does(passages):
    scorer = CueScorer(CueMatcher(CODES))
    whole = suggest_frame(passages, scorer)
    assert len(whole) == 600
    parts = list(suggest_many((passages[i : i + 170] for i in range(0, 1200, 170)), scorer))
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
    with pytest.raises(InvalidValue, match="no column"):
        suggest_frame(passages, scorer, text="words")


def test_parquet_is_resumed_and_another_run_is_refused(passages, tmp_path):
    pytest.importorskip("pyarrow")
    passages.to_parquet(tmp_path / "in.parquet")
    scorer = CueScorer(CueMatcher(CODES))
    parts = suggest_parquet(tmp_path / "in.parquet", tmp_path / "out", scorer, batch=300, progress=False)
    parts[2].unlink()
    before = parts[0].stat().st_mtime_ns
    assert suggest_parquet(tmp_path / "in.parquet", tmp_path / "out", scorer, batch=300, progress=False) == parts
    assert parts[0].stat().st_mtime_ns == before
    pd.testing.assert_frame_equal(
        pd.concat(map(pd.read_parquet, parts), ignore_index=True), suggest_frame(passages, scorer)
    )
    with pytest.raises(InvalidValue, match="another run"):
        suggest_parquet(
            tmp_path / "in.parquet", tmp_path / "out", CueScorer(CueMatcher(CODES[:1])), batch=300, progress=False
        )


def test_dask_and_serial_agree_row_by_row(passages):
    dd = pytest.importorskip("dask.dataframe")
    t = training_set(project())
    model = ModelScorer(train(t.passages, t.labels, cues=CueMatcher(CODES)), [c.uid for c in CODES], threshold=0.1)
    for scorer in (CueScorer(CueMatcher(CODES)), model):
        assert pickle.loads(pickle.dumps(scorer)).version == scorer.version
        answer = suggest_dask(dd.from_pandas(passages, npartitions=5), scorer).compute(scheduler="threads")
        serial = suggest_frame(passages, scorer)
        assert len(serial) > 0
        pd.testing.assert_frame_equal(answer.reset_index(drop=True), serial, check_dtype=False)


@pytest.mark.long
def test_a_local_cluster_gives_the_serial_rows(passages):
    dd = pytest.importorskip("dask.dataframe")
    distributed = pytest.importorskip("distributed")
    scorer = CueScorer(CueMatcher(CODES))
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster.scheduler_address),
    ):
        answer = suggest_dask(dd.from_pandas(passages, npartitions=4), scorer).compute()
    pd.testing.assert_frame_equal(answer.reset_index(drop=True), suggest_frame(passages, scorer), check_dtype=False)


def test_a_cue_within_a_longer_one_of_another_code_suggests_nothing():
    district, street = (
        Code("u1", "District", cues=(Cue("district"),)),
        Code("u2", "Street", cues=(Cue("sub-district"),)),
    )
    said = [(h.passage, h.code) for h in CueMatcher([district, street]).hits(
        ["The sub-district asked.", "The district asked.", "Sub-districts asked the district."]
    )]  # fmt: skip
    assert said == [(0, 1), (1, 0), (2, 0), (2, 1)]
    race, both = (
        Code("u1", "Race", cues=(Cue("锦标赛", "zh"),)),
        Code("u2", "Promotion race", cues=(Cue("晋升锦标赛", "zh"),)),
    )
    assert [h.code for h in CueMatcher([race, both]).hits(["这是一场晋升锦标赛。"])] == [1]
    same = Code("u3", "Also", cues=(Cue("锦标赛", "zh"),))
    assert [h.code for h in CueMatcher([race, same]).hits(["锦标赛开始了。"])] == [0, 1]


@given(
    st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=5, unique=True), st.text("ab ", max_size=20)
)
def test_the_longest_cue_is_what_a_slow_reader_finds(cues, text):
    """Chinese cues may stand anywhere, so every place counts: those within no longer place are left."""
    han = str.maketrans("ab ", "天地 ")
    cues, text = [c.translate(han) for c in cues], text.translate(han)
    places = [(s, s + len(c), i) for i, c in enumerate(cues) for s in range(len(text)) if text.startswith(c, s)]
    kept = {i for s, e, i in places if not any(q[0] <= s and e <= q[1] and q[1] - q[0] > e - s for q in places)}
    codes = [Code(f"u{i}", c, cues=(Cue(c, "zh"),)) for i, c in enumerate(cues)]
    assert {h.code for h in CueMatcher(codes).hits([text])} == kept
