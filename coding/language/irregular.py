"""English words whose forms no rule gives, so that a cue “lead” finds “led” and “child” finds “children”.

A table instead of a trained lemmatizer: a suggestion then does not depend on which pipelines a machine has.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["FAMILIES"]

_WORDS: Final = """
arise arose arisen|awake awoke awoken|bear bore borne|beat beaten|become became|begin began begun beginning|bend bent|bet betting
bind bound|bite bit bitten|bleed bled|blow blew blown|break broke broken|breed bred|bring brought|build built|buy bought
catch caught|choose chose chosen|come came|creep crept|cut cutting|deal dealt|dig dug digging|do does did done|draw drew drawn
drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|flee fled|fly flew flown
forbid forbade forbidden forbidding|forget forgot forgotten forgetting|forgive forgave forgiven|freeze froze frozen|get got gotten getting
give gave given|go goes went gone|grow grew grown|hang hung|have has had|hear heard|hide hid hidden|hit hitting|hold held|keep kept
know knew known|lay laid|lead led|learn learnt|leave left|lend lent|let letting|lie lay lain lying|light lit|lose lost|make made
mean meant|meet met|mistake mistook mistaken|overcome overcame|oversee oversaw overseen|overtake overtook overtaken|pay paid|put putting
quit quitting|refer referred referring|ride rode ridden|ring rang rung|rise rose risen|run ran running|say said|see saw seen|seek sought
sell sold|send sent|set setting|shake shook shaken|shine shone|shoot shot|show shown|shrink shrank shrunk|shut shutting|sing sang sung
sink sank sunk|sit sat sitting|sleep slept|slide slid|speak spoke spoken|speed sped|spend spent|spin spun spinning|split splitting
stand stood|steal stole stolen|stick stuck|strike struck stricken|strive strove striven|swear swore sworn|sweep swept|swim swam swum
swing swung|take took taken|teach taught|tear tore torn|tell told|think thought|throw threw thrown|undergo underwent undergone
understand understood|undertake undertook undertaken|uphold upheld|wake woke woken|wear wore worn|weep wept|win won winning
withdraw withdrew withdrawn|withhold withheld|withstand withstood|write wrote written
child children|crisis crises|criterion criteria|foot feet|half halves|leaf leaves|life lives|man men|person people
phenomenon phenomena|basis bases|analysis analyses|thesis theses|woman women|wife wives
"""


def _families() -> dict[str, frozenset[str]]:
    families: dict[str, frozenset[str]] = {}
    for row in _WORDS.replace("\n", "|").split("|"):
        forms = frozenset(row.split())
        for form in forms:
            families[form] = families.get(form, frozenset()) | forms
    return families


FAMILIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(_families())
"""Each form to all forms of its word, or of its words where it belongs to two (“lay”)."""
