"""The team board: rounds with their figure or none, who was given what, and what waits to be settled."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from coding.agreement import printed
from coding.errors import CodingError, InvalidValue
from coding.model import Assignment, Coder, Document, Round, Uid
from coding.widget.asking import STATIC, Answer, AskingWidget
from coding.widget.i18n import LANGUAGES, Interface

if TYPE_CHECKING:
    from coding.project import Project

__all__ = ["TeamBoard"]

Both = dict[str, str]
PURPOSES = ("training", "reliability", "production")


class TeamBoard(AskingWidget):
    """Shows the rounds of a project and changes them; never anyone's speed, and no counts in a blind round.

    Args:
        project: to show.
        round: name or number of the round to begin with; by default the open one, else the last.
        language: of the interface.
    """

    _esm = STATIC / "team_board.js"
    title = "Team"
    command = "project.team()"

    def __init__(self, project: Project, *, round: str | int | None = None, language: Interface = "en") -> None:
        self.project, self.language = project, language
        self._round: Uid | None = project.rounds[round].uid if round is not None else None
        self._figures: dict[Uid, tuple[int, Both | None]] = {}
        super().__init__()

    def answers(self) -> Mapping[str, Answer]:
        """Return the questions of this screen."""
        return {
            "hello": self._hello, "choose": self._choose, "plan": self._plan, "give": self._give, "share": self._share,
            "open": self._open, "close": self._close, "settle": self._settle, "name": self._name,
        }  # fmt: skip

    # -- what it shows ----------------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        """Return all that the board shows."""
        project = self.project
        rounds, coders = list(project.rounds), list(project.coders)
        here = self._here(rounds)
        version = sum(c.version - 1 for c in project.codebook) + 1
        n = len(project.documents)
        return {
            "title": project.name, "coder": project.coder_name, "language": self.language, "lead": self._leads(coders),
            "about": {"en": f"{_many(len(coders), 'coder')} · {_many(n, 'document')} · codebook v{version}",
                      "zh": f"{len(coders)} 位编码员 · {n} 篇文档 · 编码手册 v{version}"},
            "rounds": [self._card(r) for r in rounds], "chosen": here.uid if here else None,
            "coders": self._coders(here, coders), "documents": self._documents(here, coders),
            "worth": self._worth(here), "conflicts": [c.as_json() for c in project.team.conflicts()],
            "names": [n.as_json() for n in project.team.same_names()],
        }  # fmt: skip

    def _leads(self, coders: list[Coder]) -> bool:
        leads = {c.uid for c in coders if c.role == "lead"}
        return not self.project.store.readonly and (not leads or self.project.coder_uid in leads)

    def _here(self, rounds: list[Round]) -> Round | None:
        chosen = next((r for r in rounds if r.uid == self._round), None)
        running = next((r for r in rounds if r.status == "open"), None)
        return chosen or running or (rounds[-1] if rounds else None)

    def _card(self, item: Round) -> dict[str, Any]:
        given = self.project.rounds.assignments(item)
        finished = sum(a.status == "finished" for a in given)
        documents = len({a.document for a in given})
        return {
            "uid": item.uid, "name": item.name, "purpose": item.purpose, "status": item.status, "blind": item.blind,
            "figure": self._figure(item), "finished": finished, "started": sum(a.status == "started" for a in given),
            "total": len(given), "line": self._line(item, documents),
        }  # fmt: skip

    def _line(self, item: Round, documents: int) -> Both:
        stale = self.project.rounds.stale(item) if item.status == "closed" and item.purpose == "reliability" else []
        if stale:
            names = ", ".join(stale[:3]) + (" …" if len(stale) > 3 else "")
            return {"en": f"Stale: the rules of {names} have changed since.", "zh": f"已过时：{names} 的规则已变更。"}
        sample = item.protocol.get("sample") or {}
        if item.status == "planned" and sample.get("share"):
            share = f"{100 * sample['share']:.0f} %"
            return {
                "en": f"{_many(documents, 'document')}; {share} for everyone, at random, seed {sample.get('seed')}.",
                "zh": f"{documents} 篇文档；{share} 由所有人编码，随机抽取，种子 {sample.get('seed')}。",
            }
        return {"en": f"{_many(documents, 'document')}.", "zh": f"{documents} 篇文档。"}

    def _figure(self, item: Round) -> Both | None:
        """Return the median over the codes of a closed round, or of what is finished in an open one for training.

        Remembered until something is committed. Rounds that measure show none before they are closed.
        """
        training = item.status == "open" and item.purpose == "training" and not item.blind
        if item.status != "closed" and not training:
            return None
        revision = self.project.store.revision
        known = self._figures.get(item.uid)
        if known is None or known[0] != revision:
            known = self._figures[item.uid] = (revision, self._compute(item))
        return known[1]

    def _compute(self, item: Round) -> Both | None:
        people: dict[Uid, set[Uid]] = {}
        for a in self.project.rounds.assignments(item):
            people.setdefault(a.document, set()).add(a.coder)
        if all(len(coders) < 2 for coders in people.values()):
            return None
        open_ = item.status == "open"
        try:
            head = self.project.agreement(round=item, draws=0, who="finished" if open_ else "assigned").table.headline
        except CodingError:  # too little to compare: a card without a figure, not a board that is broken
            return None
        if math.isnan(head.median):
            return None
        low = head.lowest
        return {
            "text": printed(head.median),
            "en": ("so far, " if open_ else "") + (f"median; lowest {printed(low.alpha)}" if low else "median"),
            "zh": ("目前，" if open_ else "") + (f"中位数；最低 {printed(low.alpha)}" if low else "中位数"),
        }

    def _coders(self, here: Round | None, coders: list[Coder]) -> list[dict[str, Any]]:
        given = self.project.rounds.assignments(here) if here else []
        handed = here.protocol.get("handed_out", {}) if here else {}
        out = []
        for coder in coders:
            mine = [a for a in given if a.coder == coder.uid]
            out.append(
                {
                    "uid": coder.uid, "name": coder.name, "total": len(mine),
                    "finished": sum(a.status == "finished" for a in mine),
                    "started": sum(a.status == "started" for a in mine), "own_file": coder.uid in handed,
                }
            )  # fmt: skip
        return out

    def _documents(self, here: Round | None, coders: list[Coder]) -> list[dict[str, Any]]:
        if here is None:
            return []
        given = {(a.document, a.coder): a for a in self.project.rounds.assignments(here)}
        every = self.project.store.all(Document)
        shown = [d for d in every if here.status != "closed" or any((d.uid, c.uid) in given for c in coders)]
        return [self._document(d, [given.get((d.uid, c.uid)) for c in coders], coders) for d in shown]

    def _document(self, d: Document, given: list[Assignment | None], coders: list[Coder]) -> dict[str, Any]:
        cells = []
        for a, coder in zip(given, coders, strict=True):
            share = a.furthest / d.length if a and d.length else 0.0
            nothing = bool(a) and self.project.rounds.nothing_coded(a) if a else False
            cells.append(
                {
                    "coder": coder.uid,
                    "state": a.status if a else "none",
                    "share": min(share, 1.0),
                    "nothing": bool(nothing),
                }
            )
        waits = [c.name for a, c in zip(given, coders, strict=True) if a and a.status != "finished"]
        done = sum(bool(a) and a.status == "finished" for a in given if a)
        english, chinese = LANGUAGES.get(d.language, (d.language, d.language))
        return {
            "uid": d.uid, "name": d.name, "language": {"en": english, "zh": chinese}, "cells": cells,
            "agreement": _agreement(done, waits),
        }  # fmt: skip

    def _worth(self, here: Round | None) -> Both:
        """Say what hiding is worth in this project."""
        if self.project.store.path is None:
            return {
                "en": "On this server, logins with row-level security keep coders apart; without them hiding is a courtesy. "
                "coding serve-help prints how they are made.",
                "zh": "在服务器上，由各人的登录与行级安全隔开编码员；否则隐藏只是约定。设置方法：coding serve-help。",
            }
        if here is not None and here.blind and self.project.rounds.kept_apart(here):
            return {
                "en": "Coders of this round have files of their own, which hold nothing of the others’ work. Bring them together with coding merge.",
                "zh": "本轮编码员各有自己的文件，其中没有他人的编码。用 coding merge 合并。",
            }
        return {
            "en": "In one shared file the others’ codings are hidden as a courtesy: whoever can read the file can read them. "
            "For real blinding give each coder a file of their own (coding hand-out) and merge, or use PostgreSQL.",
            "zh": "在同一文件中，隐藏他人编码只是约定：能读取文件的人就能看到。要真正盲编，请为每位编码员分发文件（coding hand-out）再合并，或使用 PostgreSQL。",
        }

    # -- what it does -----------------------------------------------------------------------------

    def _answer(self, said: str = "") -> dict[str, Any]:
        return {"view": self.view(), "said": said}

    def _hello(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return self._answer()

    def _at(self, asked: Mapping[str, Any]) -> Round:
        item = self.project.rounds[str(asked.get("round"))]
        self._round = item.uid
        return item

    def _choose(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self._at(asked)
        return self._answer()

    def _plan(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        purpose: Any = asked.get("purpose")
        if purpose not in PURPOSES:
            raise InvalidValue(f"A round is for {', '.join(PURPOSES)}; {purpose!r} was given.")
        self._round = self.project.rounds.add(str(asked.get("name") or "")[:200], purpose=purpose).uid
        return self._answer()

    def _give(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Give a document to a coder, or take it back where it was not begun."""
        item, document, coder = self._at(asked), str(asked.get("document")), str(asked.get("coder"))
        if asked.get("on"):
            self.project.rounds.assign(item, [document], [coder])
        else:
            self.project.rounds.unassign(item, document, coder)
        return self._answer()

    def _share(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Share all documents out among all coders, with a sample that everyone codes."""
        item = self._at(asked)
        overlap, seed = float(str(asked.get("overlap"))), int(str(asked.get("seed")))
        by = str(asked["stratify"]) if asked.get("stratify") else None
        documents = [d.uid for d in self.project.store.all(Document)]
        coders = [c.uid for c in self.project.coders]
        self.project.rounds.distribute(item, documents, coders, overlap=overlap, stratify=by, seed=seed)
        return self._answer()

    def _open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.project.rounds.open(self._at(asked))
        return self._answer()

    def _close(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.project.rounds.close(self._at(asked))
        return self._answer()

    def _settle(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        choice: Any = asked.get("choice")
        return self._answer(self.project.team.settle(int(str(asked.get("number"))), choice))

    def _name(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        choice: Any = asked.get("choice")
        return self._answer(self.project.team.settle_name(int(str(asked.get("number"))), choice))


def _many(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _agreement(done: int, waits: list[str]) -> Both:
    if waits:
        return {"en": f"waits for {', '.join(waits)}", "zh": f"等待 {'、'.join(waits)}"}
    if done > 1:
        return {"en": f"{done} coders", "zh": f"{done} 位编码员"}
    return {"en": "one coder, not compared", "zh": "一位编码员，不比较"} if done else {"en": "", "zh": ""}
