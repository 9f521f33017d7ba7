"""Language: units of English and Chinese text, search terms, suggestions, translation pairs.

Everything here is pure: text and values in, offsets and values out. jieba and spaCy are loaded by the
functions that use them.
"""

from coding.language.duplicates import near_duplicates
from coding.language.metadata import Part, offered_variables, parts_of, unfinished
from coding.language.outline import NOT_CODABLE, outline, sentences
from coding.language.scripts import han_space, language_of
from coding.language.sentences import SEGMENTER
from coding.language.turns import is_generic_speaker, speaker_role
from coding.language.words import word_at, words

__all__ = [
    "NOT_CODABLE",
    "SEGMENTER",
    "Part",
    "han_space",
    "is_generic_speaker",
    "language_of",
    "near_duplicates",
    "offered_variables",
    "outline",
    "parts_of",
    "sentences",
    "speaker_role",
    "unfinished",
    "word_at",
    "words",
]
