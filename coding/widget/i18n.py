"""The few sentences that the kernel's side of the screens says itself, in English and Chinese."""

from __future__ import annotations

from typing import Final, Literal

__all__ = ["KINDS", "LANGUAGES", "WORDS", "Interface", "say"]

Interface = Literal["en", "zh"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "asleep": (
        (
            "If the text coder does not appear here, it is not running: run this cell again (Shift+Enter), "
            "or choose Run > Run All Cells. Everything that was coded is in the project file."
        ),
        (
            "如果此处没有出现文本编码界面，说明它未运行：请重新运行此单元格（Shift+Enter），"
            "或选择“运行 > 运行所有单元格”。所有编码都保存在项目文件中。"
        ),
    ),
    "same_id": (
        "The message bears the number of an earlier one and asks for something else; nothing was done. Reload the page.",
        "这条消息与先前一条编号相同而内容不同，未执行。请重新载入页面。",
    ),
    "stale": (
        "The text has changed since this screen was drawn. It has been loaded anew.",
        "文本已变动，画面已重新载入。",
    ),
    "other_coder": (
        "This was made by another coder than the one this kernel is open for. Nothing was saved.",
        "此操作属于另一位编码员，未保存。",
    ),
    "not_repeated": (
        "Undo was not repeated after the restart, since it may have happened already.",
        "重启后未重复撤销，因为之前可能已经完成。",
    ),
    "broken": (
        "Something went wrong in the kernel, and nothing was saved: {0}. The cell’s output has the details.",
        "内核出错，未保存：{0}。详情见单元格输出。",
    ),
    "gone": ("That coding is not there any more.", "这条编码已不存在。"),
}

LANGUAGES: Final[dict[str, tuple[str, str]]] = {
    "en": ("English", "英文"),
    "zh": ("Chinese", "中文"),
}
KINDS: Final[dict[str, tuple[str, str]]] = {
    "interview": ("Interview", "访谈"),
    "abstract": ("Abstract", "摘要"),
    "transcript": ("Transcript", "转写稿"),
    "survey": ("Survey", "问卷"),
    "document": ("Document", "文档"),
}


def say(word: str, language: Interface = "en", *values: object) -> str:
    """Return a sentence in a language, with its gaps filled.

    >>> say("gone")
    'That coding is not there any more.'
    """
    return WORDS[word][1 if language == "zh" else 0].format(*values)
