"""How measures are called in a report, with their sources, and how other programs count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from coding.agreement.figure import ReportLanguage
from coding.errors import NotFound

__all__ = ["CONVENTIONS", "Convention", "convention_named", "described"]

_SAID: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "krippendorff_alpha_nominal": ("Krippendorff's α", "Krippendorff α", "Krippendorff, 2019"),
        "percent": ("percent agreement", "一致百分比", ""),
        "percent_agreement": ("percent agreement", "一致百分比", ""),
        "percent_agreement_values": ("percent agreement by values", "按取值加权的一致百分比", "Krippendorff, 2019"),
        "positive_agreement": ("positive agreement", "正一致", "Spitzer & Fleiss, 1974"),
        "jaccard": ("Jaccard's coefficient", "Jaccard 系数", "Jaccard, 1912"),
        "holsti": ("Holsti's coefficient", "Holsti 系数", "Holsti, 1969"),
        "cohen_kappa": ("Cohen's κ (mean over pairs)", "Cohen κ（各对均值）", "Cohen, 1960; Light, 1971"),
        "conger_kappa": ("Conger's κ", "Conger κ", "Conger, 1980"),
        "scott_pi": ("Scott's π", "Scott π", "Scott, 1955"),
        "fleiss_kappa": ("Fleiss' κ", "Fleiss κ", "Fleiss, 1971"),
        "brennan_prediger": ("Brennan and Prediger's κ", "Brennan–Prediger κ", "Brennan & Prediger, 1981"),
        "gwet_ac1": ("Gwet's AC1", "Gwet AC1", "Gwet, 2008"),
        "span_f1_exact": ("F1 on passages with the same edges", "片段 F1（边界相同）", "Hripcsak & Rothschild, 2005"),
        "span_f1_iou": ("F1 on passages matched one to one", "片段 F1（一对一匹配）", "Hripcsak & Rothschild, 2005"),
        "span_f1_overlap": ("F1 on passages that touch", "片段 F1（有重叠即可）", "Hripcsak & Rothschild, 2005"),
        "token_f1": ("F1 on tokens", "词 F1", "Hripcsak & Rothschild, 2005"),
        "char_f1": ("F1 on characters", "字符 F1", "Hripcsak & Rothschild, 2005"),
        "segment_match": ("agreement on passages by overlap", "按重叠比例的片段一致率", ""),
        "segment_match_kappa": ("κ on passages by overlap", "按重叠比例的片段 κ", "Brennan & Prediger, 1981"),
        "u_alpha_binary": ("binary u-α (c-α-binary)", "二值 u-α（c-α-binary）", "Krippendorff et al., 2016"),
        "u_alpha_nominal": ("u-α", "u-α", "Krippendorff et al., 2016"),
        "cu_alpha_nominal": ("cu-α", "cu-α", "Krippendorff et al., 2016"),
        "ku_alpha_nominal": ("(k)u-α (csu-α)", "(k)u-α（csu-α）", "Krippendorff et al., 2016"),
        "Cu_alpha": ("α over the sets of domains (Cu-α)", "语义域集合 α（Cu-α）", "Krippendorff, 2019"),
        "alpha_U_1995_code": ("α-U of 1995", "1995 年的 α-U", "Krippendorff, 1995"),
        "krippendorff_alpha_masi": ("α with the MASI distance of sets", "MASI 距离的集合 α", "Passonneau, 2006"),
        "krippendorff_alpha_jaccard": ("α with the Jaccard distance of sets", "Jaccard 距离的集合 α", "Krippendorff, 2019"),
        "krippendorff_alpha_hierarchy": ("α with the distance in the tree", "层级距离的 α", "Krippendorff, 2019"),
        "gamma": ("γ, the mean over documents", "γ（各文档均值）", "Mathet et al., 2015"),
        "gamma_best_alignment_disorder": ("γ's disorder, the mean over documents", "γ 的失序（各文档均值）", "Mathet et al., 2015"),
        "boundary_similarity": ("boundary similarity, the mean over documents", "边界相似度（各文档均值）", "Fournier, 2013"),
        "nvivo_kappa": ("κ on characters per file, the mean over files", "按文件计算的字符 κ（各文件均值）", "Cohen, 1960"),
        "nvivo_kappa_mean": ("κ on characters per file, the mean over files", "按文件计算的字符 κ（各文件均值）", "Cohen, 1960"),
        "nvivo_kappa_weighted": ("κ on characters per file, the mean by size", "按文件计算的字符 κ（按大小加权）", "Cohen, 1960"),
        "nvivo_kappa_pooled": ("κ on the characters of all files", "全部文件合并的字符 κ", "Cohen, 1960"),
        "nvivo_percent_agreement": ("percent agreement on characters per file", "按文件计算的字符一致百分比", ""),
    }
)  # fmt: skip


_PLAIN: Final = {
    "light_kappa": "cohen_kappa",
    "cohen_kappa": "cohen_kappa",
    "fleiss_kappa": "fleiss_kappa",
    "bennett_s": "brennan_prediger",
    "gwet_ac2": "gwet_ac1",
    "krippendorff_alpha": "krippendorff_alpha_nominal",
}


def described(measure: str, language: ReportLanguage = "en", *, sourced: bool = True) -> str:
    """Return how a paper calls a measure, with its source.

    Args:
        measure: a name that `named.known` gives.
        language: en or zh.
        sourced: whether the source stands behind it.

    >>> described("conger_kappa"), described("char_scott_pi", "zh")
    ("Conger's κ (Conger, 1980)", '按字符计算的 Scott π（Scott, 1955）')
    """
    on_characters = measure.startswith("char_") and measure not in _SAID
    stem = measure.removeprefix("char_") if on_characters else measure
    # of a code that is there or not, weights and levels of measurement change nothing
    name = next((plain for start, plain in _PLAIN.items() if stem.startswith(start) and stem not in _SAID), stem)
    english, chinese, source = _SAID.get(name, (name, name, ""))
    source = source if sourced else ""
    if language == "zh":
        return ("按字符计算的 " if on_characters else "") + chinese + (f"（{source}）" if source else "")
    return english + (" on characters" if on_characters else "") + (f" ({source})" if source else "")


@dataclass(frozen=True, slots=True)
class Convention:
    """How another program counts, as options of ours."""

    options: Mapping[str, Any]
    english: str
    chinese: str

    def sentence(self, language: ReportLanguage = "en") -> str:
        """Return what the convention is, and where it still differs from the program."""
        return self.english if language == "en" else self.chinese


CONVENTIONS: Final[Mapping[str, Convention]] = MappingProxyType(
    {
        "nvivo": Convention(
            {"unit": "character", "universe": "all", "measure": "nvivo_kappa_mean"},
            "As NVivo counts: characters of all text, one kappa a file, the mean over files. Files where kappa is 0/0 do "
            "not enter; NVivo shows 1 there (undefined_is_one=True).",
            "按 NVivo 的口径：全部文本的字符，每个文件一个 kappa，取各文件均值。kappa 为 0/0 的文件不计入；NVivo 显示为 1"
            "（undefined_is_one=True）。",
        ),
        "atlas.ti": Convention(
            {"unit": "character", "universe": "all", "measure": "u_alpha_binary"},
            "As ATLAS.ti counts: characters of all text, alpha-binary for each code; its cu-alpha stands with the domains.",
            "按 ATLAS.ti 的口径：全部文本的字符，每个代码的 alpha-binary；cu-alpha 见各语义域。",
        ),
        "maxqda": Convention(
            {"unit": "character", "universe": "all", "measure": "segment_match"},
            "As MAXQDA compares segments: rows are passages of both coders, alike where they share 90 % of what both cover; "
            "MAXQDA does not publish what its overlap is a share of.",
            "近似 MAXQDA 的片段比较：以双方的片段为行，重叠达并集的 90% 即为一致；MAXQDA 未公布其重叠的分母。",
        ),
        "qualcoder": Convention(
            {"unit": "character", "universe": "coded", "measure": "char_jaccard"},
            "As QualCoder takes its text: only what someone coded. Its kappa multiplies the chance terms and is not offered; "
            "Jaccard's coefficient is what it comes near.",
            "按 QualCoder 的文本范围：仅有人编码过的文本。其 kappa 将两项偶然一致相乘，此处不提供；给出与之相近的 Jaccard 系数。",
        ),
        "inception": Convention(
            {"unit": "character", "universe": "all", "measure": "alpha_U_1995"},
            "As INCEpTION counts: alpha-U of 1995 on characters. It keeps the longest of a coder's overlapping units; here "
            "they are united.",
            "按 INCEpTION 的口径：1995 年的 alpha-U（字符）。它只保留同一编码员重叠单位中最长者；此处将其合并。",
        ),
    }
)
"""Name of a program to its convention."""


def convention_named(name: str) -> Convention:
    """Return a program's convention by its name, whatever the case.

    Raises:
        NotFound: no such program.
    """
    key = {"atlasti": "atlas.ti", "atlas": "atlas.ti"}.get(name.lower(), name.lower())
    if key not in CONVENTIONS:
        raise NotFound.among("convention", name, CONVENTIONS)
    return CONVENTIONS[key]
