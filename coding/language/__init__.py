"""Language: units of English and Chinese text, search terms, suggestions, translation pairs.

Everything here is pure: text and values in, offsets and values out. rjieba and spaCy are loaded by the
functions that use them.
"""

from coding.language.align import Pair, align_turns
from coding.language.concordance import Hit, concordance
from coding.language.cutting import Cutters
from coding.language.deidentify import Finding, find_identifiers, suggest_names
from coding.language.duplicates import near_duplicates
from coding.language.metadata import Part, offered_variables, parts_of, unfinished
from coding.language.outline import NOT_CODABLE, outline, sentences
from coding.language.pipelines import codings_from_docs, docs, pipeline
from coding.language.scripts import han_space, language_of
from coding.language.search import find, find_pattern, for_postgres, for_sqlite, parse
from coding.language.sentences import SEGMENTER
from coding.language.turns import is_generic_speaker, speaker_role
from coding.language.words import word_at, words

__all__ = [
    "NOT_CODABLE",
    "SEGMENTER",
    "Cutters",
    "Finding",
    "Hit",
    "Pair",
    "Part",
    "align_turns",
    "codings_from_docs",
    "concordance",
    "docs",
    "find",
    "find_identifiers",
    "find_pattern",
    "for_postgres",
    "for_sqlite",
    "han_space",
    "is_generic_speaker",
    "language_of",
    "near_duplicates",
    "offered_variables",
    "outline",
    "parse",
    "parts_of",
    "pipeline",
    "sentences",
    "speaker_role",
    "suggest_names",
    "unfinished",
    "word_at",
    "words",
]
