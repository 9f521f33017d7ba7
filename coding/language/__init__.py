"""Language: units of English and Chinese text, search terms, suggestions, translation pairs.

Everything here is pure: text and values in, offsets and values out. jieba and spaCy are loaded by the
functions that use them.
"""

from coding.language.outline import outline, sentences
from coding.language.scripts import han_space, language_of

__all__ = ["han_space", "language_of", "outline", "sentences"]
