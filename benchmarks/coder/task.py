"""One piece of work for every program: 50 passages by 12 codes, overlaps, 10 recodes and 5 memos.

The page of each program counts what it is given: every key and every press of the mouse, whoever sends it. The letters of a
memo are the same everywhere and counted apart.
"""

from __future__ import annotations

import os
import time

from coder import corpus, ours, peers

PASSAGES = 50
CODES = 11
"""For the plain codings; the twelfth is what ten of them become."""
MEMO = "ask ben"
COUNT = """
window.qcCount = {keys: 0, clicks: 0};
window.addEventListener('keydown', ({key}) => { if (!['Shift', 'Control', 'Alt'].includes(key)) window.qcCount.keys += 1; }, true);
window.addEventListener('mousedown', () => { window.qcCount.clicks += 1; }, true);
"""
"""For a context's start. A modifier belongs to the key that it changes."""
ZERO = "() => { window.qcCount.keys = window.qcCount.clicks = 0; }"
OURS_AT = """start => {
    const line = [...document.querySelectorAll('.qc .cm-line')].find((one) => one.textContent.includes(start));
    if (!line) { document.querySelector('.qc .cm-scroller').scrollTop += 300; return null; }
    const pane = document.querySelector('.qc .cm-scroller').getBoundingClientRect();
    const walk = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    let node, here = null;
    while ((node = walk.nextNode())) if (node.data.trim().length > 3) here = node;
    const range = document.createRange();
    range.selectNodeContents(here);
    const box = range.getClientRects()[0];
    if (box.bottom > pane.bottom - 60) { document.querySelector('.qc .cm-scroller').scrollTop += 300; return null; }
    return {x: box.left + Math.min(30, box.width / 2), y: box.top + box.height / 2};
}"""


def recoded(i: int) -> bool:
    return i % 5 == 0


def noted(i: int) -> bool:
    return i % 10 == 0


def letters() -> int:
    """The letters of all memos together."""
    return len(MEMO) * sum(noted(i) for i in range(PASSAGES))


def tally(page, seconds: float, stored: tuple[int, ...]) -> dict[str, object]:
    """What the page was given since it was set to nothing, beside what is stored: codings, recodes, memos."""
    codings, recodes, memos = stored
    seen = page.evaluate("() => window.qcCount")
    actions = seen["keys"] + seen["clicks"] - letters()
    return {
        "codings": codings, "recodes": recodes, "memos": memos, **seen,
        "actions_without_memo_letters": actions, "seconds": round(seconds, 1),
    }  # fmt: skip


def finish(screen: ours.Screen, begin: float) -> dict[str, object]:
    """Wait until all is stored, and tell what it took and what lies in the project."""
    screen.page.locator(".qc-stat", has_text="Saved").first.wait_for()
    seconds = time.perf_counter() - begin
    asked = (
        "f = project.codings.to_frame(text=True)\n"
        "print(len(f), (f['code'] == 'Visit early').sum(), (f['memo'].fillna('') != '').sum(), flush=True)"
    )
    return tally(screen.page, seconds, tuple(map(int, screen.lab.run(asked).split())))


def presser(page):
    """Give a function that presses one key after the other."""

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    return press


def extras(i: int, press) -> None:
    """Recode and memo of the coding just made."""
    if recoded(i):
        press("r", *"vis", "Enter")  # a coding just made is the chosen one
    if noted(i):
        press("m", *MEMO, "Control+Enter")


def coded(i: int, press) -> None:
    """A digit; the three codes of twelve that have none are looked for by three letters."""
    press("/", *("hho" if i % 2 else "hde"), "Enter") if i % 12 >= 9 else press(str(1 + i % 9))


def by_keys(screen: ours.Screen) -> dict[str, object]:
    """The hands stay on the keys: every fifth passage has two sentences, every fourth overlaps the one before."""
    page, press = screen.page, presser(screen.page)
    page.evaluate(ZERO)
    begin = time.perf_counter()
    for i in range(PASSAGES):
        press("j", *(["Shift+j"] if i % 5 == 4 else []))
        if i % 4 == 3:
            press("Shift+k" if i % 5 == 4 else "k")
        coded(i, press)
        extras(i, press)
    return finish(screen, begin)


def by_mouse(screen: ours.Screen, text: str) -> dict[str, object]:
    """One click on a sentence and one key: as one works with a hand on the mouse."""
    page, press, lines = screen.page, presser(screen.page), text.split("\n")

    def click(i):
        said = lines[i].split(": ", 1)[1][:40]
        while not (at := page.evaluate(OURS_AT, said)):
            page.wait_for_timeout(40)
        page.mouse.click(at["x"], at["y"])

    page.evaluate(ZERO)
    begin = time.perf_counter()
    for i in range(PASSAGES):
        click(i)
        if i % 12 >= 9:  # a code without a digit lies under the mouse already
            page.locator(".qc-tree [data-code]", has_text=f"Honour {'hoped' if i % 2 else 'denied'}").first.click(
                timeout=8000
            )
            page.locator(".qc .cm-content").first.focus()
        else:
            coded(i, press)
        extras(i, press)
    return finish(screen, begin)


def in_aqda(peer: peers.Aqda) -> dict[str, object]:
    """Select and click the code; recode: open the mark, take the code off, select, click; memo: select and write it."""
    page = peer.page
    page.goto(peer.base, wait_until="domcontentloaded")
    page.get_by_text("Study", exact=True).first.click()
    page.get_by_text("Talk").first.click()
    page.wait_for_timeout(1500)
    page.evaluate(ZERO)
    begin = time.perf_counter()
    for i in range(PASSAGES):
        peer.code_ms(1, i, settle=20, codes=CODES)
        if recoded(i):
            peer.recode(i)
        if noted(i):
            peer.memo(i, MEMO)
    return tally(page, time.perf_counter() - begin, peer.stored())


def in_taguette(peer: peers.Taguette) -> dict[str, object]:
    """Select, n, tick and save; recode: open it, two ticks, save. It keeps no memo on a passage."""
    page = peer.page
    page.goto(f"{peer.base}/project/{peer.project}/document/{peer.document}")
    page.wait_for_timeout(1500)
    begin, done, actions = time.perf_counter(), 0, 0
    for i in range(PASSAGES):
        done += len(peer.code_ms(1, i, codes=CODES))
        actions += 4
        if recoded(i):
            peer.recode(i)
            actions += 4
    seconds = round(time.perf_counter() - begin, 1)
    note = "its form is filled by script: a selection, n, a tick, save count as four; no memos, it has none"
    return {"codings": done, "actions_without_memo_letters": actions, "seconds": seconds, "note": note}


def task(browser, found, folder) -> dict[str, object]:
    """Do the work here by keys and by mouse, then in the peers that are there."""
    text, out = corpus.text(100_000, "en"), {}
    for hand in ("keys", "mouse"):
        screen = ours.Screen(browser, found, ours.make_project(folder, text, []), "Talk", more=COUNT)
        try:
            out[f"ours_by_{hand}"] = by_keys(screen) if hand == "keys" else by_mouse(screen, text)
        finally:
            screen.close()
    for name, cls, work in (("AQDA", peers.Aqda, in_aqda), ("TAGUETTE", peers.Taguette, in_taguette)):
        if not os.environ.get(name):
            continue
        peer = cls(browser, text, [])
        try:
            peer.context.add_init_script(COUNT)
            out[name.lower()] = work(peer)
        finally:
            peer.close()
    return out
