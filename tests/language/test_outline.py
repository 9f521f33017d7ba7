"""Turns, roles of paragraphs, list items and languages, on pages and interviews written for the purpose."""

from __future__ import annotations

import pytest

from coding.language import NOT_CODABLE, is_generic_speaker, offered_variables, outline, parts_of, word_at, words

INTERVIEW_ZH = """访谈时间：2022年3月4日
访谈地点：街道会议室

访谈者：请您先介绍一下自己。
周主任：我在街道干了十一年。压力一直很大！

说句实话，人手不够。
访谈者：为什么人手不够？
周主任：编制是死的，任务是活的。
书记（插话）：我补充一句，不光是人的问题。
"""

PAGE = (
    """Home | About | Archive | Contact
Journal of Street Studies  2021, Vol. 7 Issue (2): 11-29    DOI: 10.5555/jss.2021.07.2
Ranking and Rivalry among Street Offices
Mei Tan1, Owen Hart2
1. School of Public Policy, Lakeside University, Hangzhou 310000, China
2. Institute of Cities, Northern College, Leeds, UK
Download: PDF (100 KB)
Abstract  Street offices are ranked every quarter. """
    + "The rank decides who explains himself and who is praised. " * 8
    + """
Key words: ranking; rivalry; street offices
Received: 3 May 2020
Service
Add to my bookshelf
Articles by authors
Mei Tan
Cite this article:
Mei Tan, Owen Hart. Ranking and Rivalry among Street Offices[J]. Journal of Street Studies, 2021, 7(2): 11-29.
Copyright © 2021 Journal of Street Studies
"""
)


def turns(text: str) -> list[tuple[str, str, str]]:
    return [(t.speaker, t.role, text[t.label_end : t.end]) for t in outline(text).turns]


def roles(text: str) -> dict[str, str]:
    return {text[p.start : p.end].strip()[:30]: p.role for p in outline(text).paragraphs}


def test_an_interview_is_cut_into_turns_with_roles():
    found = turns(INTERVIEW_ZH)
    assert [(s, r) for s, r, _ in found] == [
        ("访谈者", "interviewer"), ("周主任", "respondent"), ("访谈者", "interviewer"),
        ("周主任", "respondent"), ("书记（插话）", "respondent"),
    ]  # fmt: skip
    assert found[1][2] == "我在街道干了十一年。压力一直很大！\n\n说句实话，人手不够。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Interviewer:** Why?\n**P03:** Money.\n**Interviewer:** And?\n**P03:** Time.", ["Interviewer", "P03"]),
        ("[00:00:01] Speaker 1: Hello.\n[00:00:09] Speaker 2: Hi.\n[00:01:00] Speaker 1: So?", ["Speaker 1", "Speaker 2"]),
        ("问：多久了？\n答：三年。\n", ["问", "答"]),
        ("访：多久了？\n受：三年。\n", ["访", "受"]),
        ("Q1. How long?\nA1. Three years.\nQ2. Why?\nA2. Habit.", ["Q1", "A1", "Q2", "A2"]),
        ("说话人1 00:00:12\n你好。\n说话人2 00:00:20\n您好。", ["说话人1", "说话人2"]),
        ("Deputy Director Liu (CAB): No.\nMs Hart: Yes.\nDeputy Director Liu (CAB): No!\nMs Hart: Well.",
         ["Deputy Director Liu (CAB)", "Ms Hart"]),
    ],
)  # fmt: skip
def test_speakers_are_recognised(text, expected):
    assert list(dict.fromkeys(s for s, _, _ in turns(text))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Note: the office was closed.\nNote: it opened again.",
        "Title: A Reform\nArea: China\nTitle: Another Reform\nArea: China",
        "The answer is: no.\nThe answer is: no.",
        "优点：人多。\n缺点：钱少。\n优点：地大。\n缺点：路远。",
        "There is one problem: money.",
        "http://example.org\nhttp://example.net",
    ],
)
def test_prose_with_colons_has_no_speakers(text):
    assert turns(text) == []


def test_times_of_a_transcript_are_kept():
    text = "[00:12:03] Interviewer: When?\n[01:00:00.5] Hart: Then."
    assert [t.begin_ms for t in outline(text).turns] == [723_000, 3_600_500]


def test_an_unnamed_interviewer_is_known_by_the_questions():
    text = (
        "Tan: Why?\nHart: "
        + "Because the money never came down to us. " * 5
        + "\nTan: And then?\nHart: "
        + "We waited. " * 20
    )
    assert {s: r for s, r, _ in turns(text)} == {"Tan": "interviewer", "Hart": "respondent"}


def test_nothing_an_interviewee_says_is_greyed():
    sayings = [
        "Copyright © is what the lawyers asked about.", "Home | About | Contact: that was the menu.", "下载", "服务",
        "1. University fees are too high, China", "Key words matter here.", "https://example.org/a", "DOI: 10.5555/x",
    ]  # fmt: skip
    text = "\n".join(f"Interviewer: Next?\nHart: {s}" for s in sayings)
    assert all(p.codable for p in outline(text).paragraphs)
    assert all(p.codable for p in outline(INTERVIEW_ZH).paragraphs[2:])


def test_prose_without_a_page_around_it_is_not_greyed():
    text = (
        "Field notes\n\nThe office is on the second floor. Service is slow.\nThe clerk was kind.\n"
        + "We talked for an hour. " * 10
    )
    assert all(p.codable for p in outline(text).paragraphs)


def test_the_furniture_of_a_page_is_greyed_and_its_text_is_not():
    found = roles(PAGE)
    assert found["Home | About | Archive | Conta"] == "navigation"
    assert found["Ranking and Rivalry among Stre"] == "title"
    assert found["Mei Tan1, Owen Hart2"] == "author"
    assert found["1. School of Public Policy, La"] == "affiliation"
    assert found["Abstract  Street offices are r"] == "abstract"
    assert found["Key words: ranking; rivalry; s"] == "keywords"
    assert found["Received: 3 May 2020"] == "fields"
    assert found["Mei Tan, Owen Hart. Ranking an"] == "citation"
    assert found["Copyright © 2021 Journal of St"] == "boilerplate"
    for p in outline(PAGE).paragraphs:
        assert p.codable == (p.role not in NOT_CODABLE)
    assert [p.role for p in outline(PAGE).paragraphs if p.codable] == ["title", "abstract", "keywords"]


def test_the_fields_of_a_page_are_offered_as_variables():
    offered = offered_variables(PAGE, outline(PAGE))
    assert offered["DOI"] == "10.5555/jss.2021.07.2"
    assert offered["Authors"] == "Mei Tan; Owen Hart"
    assert offered["Received"] == "2020-05-03"
    assert (offered["Year"], offered["Volume"], offered["Issue"], offered["Pages"]) == ("2021", "7", "2", "11-29")
    assert offered["Keywords"] == "ranking; rivalry; street offices"


def test_a_teaser_is_greyed_only_where_the_text_follows():
    body = "Local offices in the river district began to trade staff with one another when the quarter ended, as nobody had enough. It worked for a year."
    text = body[:110] + "... [ view full abstract ]\n" + body
    assert [p.role for p in outline(text).paragraphs] == ["teaser", "body"]
    assert outline(body[:110] + "...").paragraphs[0].codable


def test_a_panel_is_offered_as_its_parts():
    long = "This paper follows one street office for a year and counts its meetings. " * 7
    text = f"A Panel on Streets\n\n{long}\n\nAbstracts:\nThe First Paper on Streets\n{long}\n\nThe Second Paper on Streets\n{long}and stops in the\n"
    parts = parts_of(text, outline(text))
    assert [(p.name, p.incomplete) for p in parts] == [
        ("A Panel on Streets", False), ("The First Paper on Streets", False), ("The Second Paper on Streets", True),
    ]  # fmt: skip
    assert parts_of("One. Two.", outline("One. Two.")) == []


def test_language_belongs_to_the_paragraph():
    text = "街道办事处的工作\nThe work of the street office(街道办) is hard.\n1234\nこれは日本語です。"
    assert [p.language for p in outline(text).paragraphs] == ["zh", "en", "und", "ja"]


def test_list_items_by_line_and_inline():
    text = "Tasks:\n1. Count the homes\n2. Count the chairs\n\n做法有：（1）借势；（2）妥协。\n一是要人，二是要钱。"
    assert [text[s:e] for s, e in outline(text).items] == [
        "1. Count the homes", "2. Count the chairs", "（1）借势；", "（2）妥协。", "一是要人，", "二是要钱。",
    ]  # fmt: skip


def test_the_last_inline_item_is_as_long_as_the_others():
    text = "In two ways: (1) Asking. They ask. (2) Waiting. They wait. The reform went on. It ended in May."
    assert [text[s:e] for s, e in outline(text).items] == ["(1) Asking. They ask.", "(2) Waiting. They wait."]


def test_generic_speakers_are_told_from_names():
    assert is_generic_speaker("受访者")
    assert not is_generic_speaker("周主任")
    assert not is_generic_speaker("P03")


def test_chinese_words_are_found_and_snapped_to():
    text = "基层治理 is hard"
    assert [text[a:b] for a, b in words(text)] == ["基层", "治理", "is", "hard"]
    assert text[slice(*word_at(text, 2))] == "治理"
    assert text[slice(*word_at(text, len(text)))] == "hard"
    assert word_at("", 3) == (0, 0)
