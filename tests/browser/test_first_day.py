"""What an assistant does on her first day, from a pasted page to codes in another program's file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

from at_the_desk import Desk

PAGE = """Home | Journals | Current issue | Advanced search |

Doors that open at night: how one street office came to its counter

Authors: Lin Daoyi; Hart, B.

Abstract: The counter opened in spring.Nobody had ordered it.The district ranked twelve offices every quarter,and the last three had to explain themselves. Residents asked for it 😀 on every comment card. 老干部说：“先做起来再说。”后来各街道都来学。

Keywords: street office; night counter
"""
START = """
import coding as qc
project = qc.open_project("first.coding", coder="amira", create=True)
project.codebook.read("optional_project_tournament")
project.documents.add_files("page.txt", progress=False)
"""
SHOW = "qc.TextCoder(project, language='en', digits=['Pressure', 'Driving', 'Anti-driving', 'Pulling'])"
EXPORT = """
report = project.export("out.qdpx")
project.export("for_nvivo", format="nvivo")
print(len(project.codings))
"""
RANKED = "The district ranked twelve offices every quarter,and the last three had to explain themselves."
ASKED = "Residents asked for it 😀 on every comment card."
QUOTED = "老干部说：“先做起来再说。”"
NS = {"q": "urn:QDA-XML:project:1.0"}


def read_back(path: Path, unit: str = "utf-32-le") -> list[tuple[str, str]]:
    """Return words and code of every coding of a .qdpx, as a reader who counts in that unit would."""
    wide = len("a".encode(unit))
    with zipfile.ZipFile(path) as file:
        root = ET.fromstring(file.read("project.qde"))
        names = {code.get("guid"): code.get("name") for code in root.iter(f"{{{NS['q']}}}Code")}
        out = []
        for source in root.iter(f"{{{NS['q']}}}TextSource"):
            text = file.read("sources/" + source.get("plainTextPath").split("://")[1]).decode("utf-8")
            for selection in source.iter(f"{{{NS['q']}}}PlainTextSelection"):
                start, end = (wide * int(selection.get(f"{edge}Position")) for edge in ("start", "end"))
                words = text.encode(unit)[start:end].decode(unit)
                out += [(words, names[ref.get("targetGUID")]) for ref in selection.iterfind("q:Coding/q:CodeRef", NS)]
    return sorted(out)


def test_from_a_pasted_page_to_the_right_words_under_every_exported_code(lab_page):
    paste = f"from pathlib import Path\nPath('page.txt').write_text({PAGE!r}, encoding='utf-8')"
    lab = lab_page([paste, START, SHOW])
    desk = Desk(lab)
    assert desk.page.locator(".qc-line.qc-off").count() >= 2  # menu and citation lines are greyed
    desk.click("The district ranked")
    desk.press("1")
    desk.press("2")  # the same passage, a second code
    desk.click("every quarter")
    desk.press("Escape", "Escape")
    desk.drag("the last three", "explain themselves", free=True)
    desk.press("3")  # inside the first two
    desk.click("Residents asked")
    desk.press("4")
    desk.press("j", "Space", "u")
    desk.page.locator(".qc-toast", has_text="Undone: code").wait_for()
    desk.press("Space")  # what was taken back is chosen again, for the code that was meant
    coded = [
        (RANKED, "Pressure"), (RANKED, "Driving"), ("the last three had to explain themselves", "Anti-driving"),
        (ASKED, "Pulling"), (QUOTED, "Pulling"),
    ]  # fmt: skip
    desk.expect(*coded)
    lab.save()
    lab.reload()
    again = Desk(lab)  # the running kernel shows it again
    again.expect(*coded)
    assert lab.run(EXPORT).strip().splitlines()[-1] == "5"
    assert read_back(lab.folder / "out.qdpx") == sorted(coded)
    assert read_back(lab.folder / "for_nvivo" / "project_nvivo.qdpx", "utf-16-le") == sorted(coded)
