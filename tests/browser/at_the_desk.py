"""A study on a page, and hands at its text coder: for tests that code as a person does."""

from __future__ import annotations

import json
import time

MAKE = """
import coding as qc
TEXT = '''Interviewer: When did it begin?

Clerk: Nobody planned it. There is a table of towns, and we stood at the bottom. Then Harrow opened a room. 👩‍👩‍👧 came in the evening.

Interviewer: And who did it?

Clerk: Mrs Okafor did. 她还有一年就退休。𠮷野先生也来了。
'''
project = qc.open_project("study.coding", coder="amira", create=True)
if not len(project.documents):
    project.documents.add("L1", TEXT)
    project.documents.add("L2", "A second text. It has two sentences.\\n")
    drivers = project.codebook.add("Drivers", codable=False)
    for name, zh in [("Ranking", "排名压力"), ("Deadline", "期限"), ("Peer pressure", "同侪压力"), ("Old fame", "旧荣誉")]:
        project.codebook.add(name, parent="Drivers", name_zh=zh, definition=f"What {name} means.", exclude="The rest.")
"""
SHOW = "qc.TextCoder(project, 'L1', language='en')"
ASK = """
import json
tree = project.codebook.tree
rows = [(project.documents[c.document].text[c.start:c.end], tree.find(c.code).name) for c in project.codings]
print(json.dumps({"codings": sorted(rows), "memos": [m.body for m in project.memos], "codes": [c.name for c in project.codebook]}))
"""


class Desk:
    """The text coder on a page: keys, clicks on words, and what is stored."""

    def __init__(self, lab):
        self.lab, self.page = lab, lab.page
        self.page.locator(".qc-line").first.wait_for()
        self.page.locator(".qc .cm-content").first.focus()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def stored(self):
        return json.loads(self.lab.run(ASK).strip().splitlines()[-1])

    def codings(self):
        return [tuple(row) for row in self.stored()["codings"]]

    def expect(self, *rows):
        """Wait until exactly these codings are in the file."""
        until = time.monotonic() + 20
        while sorted(rows) != self.codings() and time.monotonic() < until:
            time.sleep(0.2)
        assert self.codings() == sorted(rows)
        self.saved()

    def saved(self):
        self.page.locator(".qc-stat", has_text="Saved").first.wait_for()

    def spot(self, words, *, end=False):
        """Return the middle of the first or last letter of some words on the page."""
        return self.page.evaluate(
            """([words, end]) => {
                const walk = document.createTreeWalker(document.querySelector(".qc .cm-content"), NodeFilter.SHOW_TEXT);
                let text = '', nodes = [];
                while (walk.nextNode()) { nodes.push([walk.currentNode, text.length]); text += walk.currentNode.data; }
                const at = text.indexOf(words) + (end ? words.length - 1 : 0);
                const [node, from] = nodes.findLast(([, start]) => start <= at);
                const range = document.createRange();
                range.setStart(node, at - from); range.setEnd(node, at - from + 1);
                const box = range.getBoundingClientRect();
                return [end ? box.right - 1 : box.left + 1, box.top + box.height / 2];
            }""",
            [words, end],
        )

    def click(self, words):
        self.page.mouse.click(*self.spot(words))

    def drag(self, first, last=None, *, free=False):
        if free:
            self.page.keyboard.down("Alt")
        self.page.mouse.move(*self.spot(first))
        self.page.mouse.down()
        x, y = self.spot(last or first, end=True)
        self.page.mouse.move(x - 8, y)
        self.page.mouse.move(x, y, steps=3)
        self.page.mouse.up()
        if free:
            self.page.keyboard.up("Alt")
