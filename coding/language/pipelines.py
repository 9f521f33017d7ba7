"""spaCy both ways: Docs that carry codings as spans, and codings from spans; trained pipelines where installed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Literal

from coding.errors import InvalidValue, NotFound
from coding.language.scripts import BLANK, check_language
from coding.model import ORIGINS, Coding, Snapshot, Uid, new_uid
from coding.spans import Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

__all__ = ["Pipeline", "codings_from_docs", "docs", "pipeline"]

_TRAINED: Final = {
    "en": ("en_core_web_trf", "en_core_web_lg", "en_core_web_md", "en_core_web_sm"),
    "zh": ("zh_core_web_trf", "zh_core_web_lg", "zh_core_web_md", "zh_core_web_sm"),
}
Segmenter = Literal["jieba", "char"]
SPANS: Final = "codings"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A spaCy pipeline and what it is."""

    nlp: Language
    name: str
    """Such as ``en_core_web_sm-3.8.0`` or ``blank-zh/rjieba-0.2.2``; kept with what it made."""
    trained: bool


@lru_cache(maxsize=16)
def pipeline(language: str = "en", *, segmenter: Segmenter = "jieba", trained: bool = True) -> Pipeline:
    """Return the pipeline for a language: a trained one if it is installed, else a blank one.

    Args:
        language: BCP 47; other languages than English and Chinese get the multi-language tokenizer.
        segmenter: words of blank Chinese: ``jieba``, or ``char`` for single characters.
        trained: whether a trained pipeline may be used.

    Raises:
        InvalidValue: `language` is no language tag, or `segmenter` is unknown.

    >>> pipeline("en", trained=False).name.split("-")[0]
    'blank'
    """
    import spacy

    code = check_language(language) or "und"
    if segmenter not in ("jieba", "char"):
        raise InvalidValue(f"segmenter is {segmenter!r}; “jieba” or “char” is needed.")
    for name in _TRAINED.get(code, ()) if trained else ():
        if spacy.util.is_package(name):
            nlp = spacy.load(name)
            return Pipeline(nlp, f"{name}-{nlp.meta.get('version', '?')}", trained=True)
    if code == "zh":
        return _blank_chinese(segmenter)
    blank = "en" if code == "en" else "xx"
    return Pipeline(spacy.blank(blank), f"blank-{blank}-spacy-{spacy.__version__}", trained=False)


def _blank_chinese(segmenter: Segmenter) -> Pipeline:
    import spacy

    nlp = spacy.blank("zh")
    vocab = nlp.vocab
    if segmenter == "char":  # spaCy's own way takes hours for a long line: four times the time for twice the text
        nlp.tokenizer = lambda text: _tokenized(vocab, text, ())
        return Pipeline(nlp, f"blank-zh/char-spacy-{spacy.__version__}", trained=False)
    nlp.tokenizer = lambda text: _tokenized(vocab, text)
    return Pipeline(nlp, f"blank-zh/rjieba-{version('rjieba')}-spacy-{spacy.__version__}", trained=False)


def docs(
    snapshot: Snapshot,
    *,
    documents: Collection[Uid] | None = None,
    segmenter: Segmenter = "jieba",
    trained: bool = True,
) -> Iterator[Doc]:
    """Yield one spaCy Doc a document, with its codings in ``doc.spans["codings"]``.

    Each span is labelled with the code's path, has the coding's uid as `span.id_` and the exact offsets
    under ``doc.user_data["codings"]``, since a coding may begin within a token. ``doc.user_data`` names the
    document and the pipeline; ``doc.text`` is the stored text.

    Args:
        snapshot: the project, with texts.
        documents: uids; all by default.
        segmenter: words of blank Chinese.
        trained: whether trained pipelines may be used.
    """
    by_document: dict[Uid, list[Coding]] = {}
    for coding in snapshot.iter_codings():
        by_document.setdefault(coding.document, []).append(coding)
    paths = _paths(snapshot)
    for document in snapshot.documents:
        if documents is not None and document.uid not in documents:
            continue
        chosen = pipeline(document.language, segmenter=segmenter, trained=trained)
        doc = _exact(chosen, snapshot.texts[document.uid])
        doc.user_data["document"] = document.uid
        doc.user_data["pipeline"] = chosen.name
        _attach(doc, by_document.get(document.uid, []), paths)
        yield doc


def _exact(chosen: Pipeline, text: str) -> Doc:
    """Run a pipeline; where it does not keep the text, as blank Chinese may not, tokenize it ourselves."""
    nlp = chosen.nlp
    if len(text) > nlp.max_length:
        nlp.max_length = len(text) + 1
    doc = nlp(text)
    return doc if doc.text == text else _tokenized(nlp.vocab, text)


def _tokenized(vocab: Any, text: str, found: Iterable[Span] | None = None) -> Doc:
    """Make a Doc of some stretches, every other character a token: its text is the text, whatever is in it.

    Args:
        vocab: of the pipeline.
        text: the text.
        found: the stretches; None for our own words.
    """
    from spacy.tokens import Doc as SpacyDoc

    from coding.language.words import words

    pieces: list[str] = []
    spaces: list[bool] = []
    at = 0
    for start, end in [*(words(text) if found is None else found), (len(text), len(text))]:
        for character in text[at:start]:
            if character == " " and pieces and not spaces[-1]:
                spaces[-1] = True
            else:
                pieces.append(character)
                spaces.append(False)
        if end > start:
            pieces.append(text[start:end])
            spaces.append(False)
        at = end
    return SpacyDoc(vocab, words=pieces, spaces=spaces)


def _attach(doc: Any, codings: list[Coding], paths: Mapping[Uid, str]) -> None:
    spans = []
    for coding in codings:
        span = doc.char_span(
            coding.start, coding.end, label=paths[coding.code], span_id=coding.uid, alignment_mode="expand"
        )
        if span is not None:
            spans.append(span)
    doc.spans[SPANS] = spans
    doc.user_data[SPANS] = {c.uid: (c.start, c.end) for c in codings}


def _paths(snapshot: Snapshot) -> dict[Uid, str]:
    by_uid = {c.uid: c for c in snapshot.codes}
    out: dict[Uid, str] = {}
    for code in snapshot.codes:
        names, step, seen = [code.name], code.parent, {code.uid}
        while step is not None and step in by_uid and step not in seen:
            seen.add(step)
            names.append(by_uid[step].name)
            step = by_uid[step].parent
        out[code.uid] = " > ".join(reversed(names))
    return out


def codings_from_docs(snapshot: Snapshot, documents: Any, *, coder: Uid, group: str = SPANS) -> list[Coding]:
    """Return codings for the spans of Docs that are not codings yet.

    Args:
        snapshot: the project that the Docs came from.
        documents: Docs as `docs` yields them, with spans added by any spaCy means; a span's label is a
            code's path, name, key or uid.
        coder: uid of the coder on whose behalf it is done.
        group: key of ``doc.spans``.

    Returns:
        New codings with origin ``spans``; white space at a span's edges is left out.

    Raises:
        InvalidValue: a Doc does not say which document it is, or its text is not the stored one.
        NotFound: a label names no code.
    """
    names = _names(snapshot)
    known = set(snapshot.codings.uid.tolist())
    out: list[Coding] = []
    for doc in documents:
        document = doc.user_data.get("document")
        text = snapshot.texts.get(document) if document else None
        if text is None or doc.text != text:
            raise InvalidValue("A Doc is not one of this project's documents; take it from project.docs().")
        for span in doc.spans.get(group, ()):
            if span.id_ in known:
                continue
            if span.label_ not in names:
                raise NotFound.among("code", span.label_, sorted(set(_paths(snapshot).values())))
            words = text[span.start_char : span.end_char]
            start = span.end_char - len(words.lstrip(BLANK))
            end = start + len(words.strip(BLANK))
            if end > start:
                out.append(Coding(new_uid(), document, names[span.label_], coder, start, end, origin=ORIGINS[4]))
    return out


def _names(snapshot: Snapshot) -> dict[str, Uid]:
    """Return every unambiguous way to name a code."""
    out: dict[str, Uid] = {}
    doubled: set[str] = set()
    for code in snapshot.codes:
        for name in {code.name, code.name_zh, code.key or ""} - {""}:
            if name in out:
                doubled.add(name)
            out[name] = code.uid
    for name in doubled:
        del out[name]
    out |= {path: uid for uid, path in _paths(snapshot).items()}
    return out | {c.uid: c.uid for c in snapshot.codes}
