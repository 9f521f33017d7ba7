"""The codings of a project: adding by offsets or by quote, recoding, moving edges, and as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from coding.errors import Ambiguous, InvalidValue, NotFound, Refused
from coding.model import Code, Coder, Coding, CodingTable, Document, Origin, Uid, new_uid
from coding.project.collections import Collection
from coding.spans import check_span
from coding.storage.things import is_uid

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.codebook import CodeRef
    from coding.project.documents import ProjectDocument


_FIELDS: Final = frozenset({"confidence", "quotable"})
"""What a coding may be given beside its passage, its code and its origin."""


class Codings(Collection[Coding]):
    """The codings that this coder may see."""

    kind = "coding"

    def _all(self) -> Sequence[Coding]:
        return self._project.visible(self._store.codings())

    def __len__(self) -> int:
        return sum(self._project.code_counts().values())

    def __getitem__(self, ref: Uid) -> Coding:
        return self._store.get(Coding, ref)

    def of(self, document: str | Document | ProjectDocument, *, coders: Iterable[str] | None = None) -> list[Coding]:
        """Return the codings of one document, by start, longer first.

        Args:
            document: name or uid.
            coders: names or uids; None is everyone whom this coder may see.
        """
        by_uid = isinstance(document, str) and is_uid(document)  # which a project of many documents need not look up
        uid = str(document) if by_uid else self._project.documents.find(document).uid
        wanted = [self._project.coders.find(c).uid for c in coders] if coders is not None else None
        found = self._store.codings(documents=[uid], coders=wanted)
        if by_uid and not found:
            self._project.documents.find(uid)
        return self._project.visible(found)

    def table_of(self, document: Uid) -> CodingTable:
        """Return what `of` returns as columns, many times faster: for a screen that draws thousands.

        Positions refer to the store's `all(Document)`, `all(Code)`, `all(Coder)`, `all(Round)`.
        """
        blind = document in self._project.rounds.blind_documents()
        own = [self._project.coder_uid] if blind else None
        return self._store.coding_table(documents=[document], coders=own)

    def add(
        self,
        document: str | Document | ProjectDocument,
        start: int | None = None,
        end: int | None = None,
        *,
        code: CodeRef,
        quote: str | None = None,
        coder: str | None = None,
        origin: Origin = "manual",
        **fields: Any,
    ) -> Coding:
        """Apply a code to a passage; saved when this returns.

        Args:
            document: name or uid.
            start: first code point of the passage.
            end: code point after the last one.
            code: any reference to a code.
            quote: the words themselves, instead of offsets; they must stand in the document once, or at `start`.
            coder: only ever the project's own coder.
            origin: how the coding came about.
            fields: confidence, quotable.

        Returns:
            The coding; where the same one is there already, that one.
        """
        doc = self._project.documents.find(document)
        if coder is not None and self._project.coders.find(coder).uid != self._project.coder_uid:
            raise Refused(
                f"This project is open for {self._project.coder_name}; {coder} codes in a project of their own."
            )
        span = self._place(doc, start, end, quote)
        return self.add_many([(doc, *span, code)], origin=origin, **fields)[0]

    def _place(self, document: Document, start: int | None, end: int | None, quote: str | None) -> tuple[int, int]:
        if quote is None:
            if start is None or end is None:
                raise InvalidValue("A coding needs start and end, or a quote.")
            return check_span(start, end, document.length)
        text = self._store.text(document.uid)
        if end is not None and (start is None or end != start + len(quote)):
            raise InvalidValue(
                f"The words given are {len(quote)} characters long and do not end at {end}. Leave end out."
            )
        first = text.find(quote) if quote else -1
        if first < 0:
            raise NotFound(
                f"The words given do not stand in “{document.name}”. Copy them from the text as it is shown."
            )
        if start is not None:
            check_span(start, start + len(quote), document.length)
            if text[start : start + len(quote)] != quote:
                raise NotFound(f"“{document.name}” has other words at {start}.")
            return start, start + len(quote)
        again = text.find(quote, first + 1)
        if again >= 0:
            raise Ambiguous(
                f"The words stand more than once in “{document.name}”, at {first} and {again}. Give start too."
            )
        return first, first + len(quote)

    def add_many(
        self,
        rows: Iterable[tuple[str | Document | ProjectDocument, int, int, CodeRef]],
        *,
        origin: Origin = "manual",
        **fields: Any,
    ) -> list[Coding]:
        """Apply codes to many passages in one transaction, one step of undo.

        Args:
            rows: (document, start, end, code) each.
            origin: how the codings came about.
            fields: confidence, quotable; the same for all.
        """
        name = self._project.require_coder().name
        return self.add_rows(((*row, name) for row in rows), origin=origin, **fields)

    def add_rows(
        self,
        rows: Iterable[tuple[str | Document | ProjectDocument, int, int, CodeRef, str]],
        *,
        origin: Origin,
        **fields: Any,
    ) -> list[Coding]:
        """Store codings that say whose they are, such as a table of several coders, in one transaction.

        Args:
            rows: (document, start, end, code, coder's name) each; a coder who is new is added.
            origin: how the codings came about.
            fields: confidence, quotable; the same for all.
        """
        given = list(rows)  # whoever yields them may change the project meanwhile
        with self._store.view():
            own = self._project.require_coder()
            out, new = self._checked(given, own, origin, fields)
        with self._store.change("code", alone=any(c.coder != own.uid for c in out)) as change:
            for person in new:
                change.put(person)
            return list(change.put_codings(out))

    def _checked(
        self,
        rows: Iterable[tuple[str | Document | ProjectDocument, int, int, CodeRef, str]],
        own: Coder,
        origin: Origin,
        fields: dict[str, Any],
    ) -> tuple[list[Coding], list[Coder]]:
        """Return the codings of the rows and the coders who are new."""
        unknown = sorted(set(fields) - _FIELDS)
        if unknown:
            raise InvalidValue(f"A coding takes no {', '.join(unknown)}; it takes {' and '.join(sorted(_FIELDS))}.")
        people = {own.name: own.uid, **{c.name: c.uid for c in self._store.all(Coder)}}
        new: dict[str, Coder] = {}
        find_document = self._project.documents.find
        documents: dict[Any, Document] = {}
        codes: dict[Any, Code] = {}
        out = []
        for document, start, end, code, coder in rows:
            if coder not in people:
                new[coder] = Coder(new_uid(), coder)
                people[coder] = new[coder].uid
            key = document if isinstance(document, str) else document.uid
            doc = documents.setdefault(key, documents.get(key) or find_document(document))
            ref = code if isinstance(code, str) else code.uid
            use = codes.setdefault(ref, codes.get(ref) or self._usable(code))
            span = check_span(start, end, doc.length)
            out.append(
                Coding(
                    new_uid(), doc.uid, use.uid, people[coder], *span, origin=origin, code_version=use.version,
                    document_version=doc.version, round=self._project.rounds.current_for(doc.uid, people[coder]), **fields,
                )
            )  # fmt: skip
        self._project.rounds.check_may_code({c.document for c in out})
        if origin == "manual" and any(c.coder != own.uid for c in out):
            raise Refused(f"This project is open for {own.name}; others code in projects of their own.")
        return out, list(new.values())

    def _usable(self, ref: CodeRef) -> Code:
        """Return a code that passages may be given.

        Raises:
            Refused: it was merged or retired, or is a heading.
        """
        book = self._project.codebook
        code = book.find(ref)
        if code.redirect is not None:
            raise Refused(f"The code “{code.name}” was merged into “{book.tree.resolve(code.uid).name}”. Use that one.")
        if code.retired or not code.codable:
            why = "retired" if code.retired else "a heading of the tree, not for coding"
            raise Refused(f"The code “{code.name}” is {why}.")
        return code

    def add_spans(self, docs: Iterable[Any], *, group: str = "codings") -> list[Coding]:
        """Write codings from the spans of spaCy Docs, in one transaction; those that are there stay as they are.

        Args:
            docs: from `Project.docs`, with spans added by any spaCy means; a span's label is a code's path,
                name, key or uid.
            group: key of ``doc.spans``.

        Returns:
            The codings that were made, with origin “spans”.

        Raises:
            NotFound: a label names no code.
            InvalidValue: a Doc is not one of this project's documents.
        """
        from coding.language import codings_from_docs

        coder = self._project.require_coder().uid
        found = codings_from_docs(self._project.snapshot(), docs, coder=coder, group=group)
        return self.add_many([(c.document, c.start, c.end, c.code) for c in found], origin="spans") if found else []

    def to_review(self) -> list[tuple[Coding, str]]:
        """Return the codings whose place became unclear when a text was corrected, each with the words it was made on.

        They stay on this list until their coder moves their edges, removes them, or says by `confirm` that they are
        right where they stand.
        """
        found = self._store.to_review()
        seen = {c.uid for c in self._project.visible([c for c, _ in found])}
        return [(c, words) for c, words in found if c.uid in seen]

    def confirm(self, coding: Coding | Uid) -> Coding:
        """Say that a coding is right as it stands: at its present place and under the present wording of its code."""
        old = self[coding] if isinstance(coding, str) else coding
        use = self._project.codebook.find(old.code)  # also a retired one: nothing is coded anew
        return self._change(old, "recode", code=use.uid, code_version=use.version)

    def recode(self, coding: Coding | Uid, *, code: CodeRef) -> Coding:
        """Give a passage another code; memos and decisions follow."""
        use = self._usable(code)
        return self._change(coding, "recode", code=use.uid, code_version=use.version)

    def move(self, coding: Coding | Uid, *, start: int | None = None, end: int | None = None) -> Coding:
        """Move the edges of a passage."""
        old = self[coding] if isinstance(coding, str) else coding
        length = self._project.documents.find(old.document).length
        span = check_span(old.start if start is None else start, old.end if end is None else end, length)
        return self._change(old, "move edge", start=span[0], end=span[1])

    def _change(self, coding: Coding | Uid, action: str, **fields: Any) -> Coding:
        old = self._own(coding)
        with self._store.change(action, alone=False) as change:
            return change.recode(old.uid, **fields)

    def remove(self, *codings: Coding | Uid) -> None:
        """Remove codings of one's own; `undo` brings them back."""
        own = [self._own(coding) for coding in codings]
        with self._store.change("remove coding", alone=False) as change:
            for coding in own:
                change.remove(Coding, coding.uid)

    def _own(self, coding: Coding | Uid) -> Coding:
        found = self[coding] if isinstance(coding, str) else coding
        if found.coder != self._project.require_coder().uid:
            owner = self._store.get(Coder, found.coder).name
            raise Refused(f"That coding is {owner}'s; {self._project.coder_name} cannot change it.")
        self._project.rounds.check_may_code({found.document})
        return found

    def to_frame(
        self,
        *,
        code: CodeRef | None = None,
        include_subcodes: bool = True,
        document: str | None = None,
        coder: str | None = None,
        case: Mapping[str, Any] | None = None,
        text: bool = False,
        language: Literal["en", "zh", "both"] = "en",
    ) -> pd.DataFrame:
        """Return the codings as a tidy frame, one row each.

        Args:
            code: only this code, any reference.
            include_subcodes: with the codes below it.
            document: only this document.
            coder: only this coder.
            case: only passages of cases (or documents) whose variables have these values.
            text: add the words, the sentence and the memo; the researcher's own choice, since they
                then stand in the notebook.
            language: of the code names.

        Returns:
            document, coder, code, path, level_1 …, start, end, the units that it begins in, speaker, case, variables,
            origin, round, times and uid.
        """
        from coding import tables

        snapshot = self._project.snapshot(texts=text)
        frame = tables.codings(snapshot, text=text, language=language)
        if code is not None:
            tree = self._project.codebook.tree
            root = tree.resolve(self._project.codebook.find(code).uid)
            uids = {root.uid, *(c.uid for c in tree.descendants(root))} if include_subcodes else {root.uid}
            frame = frame[frame["code_uid"].isin(uids)]
        if document is not None:
            frame = frame[frame["document_uid"] == self._project.documents.find(document).uid]
        if coder is not None:
            frame = frame[frame["coder"] == self._project.coders.find(coder).name]
        for variable, value in (case or {}).items():
            if variable not in frame.columns:
                raise NotFound.among("variable", variable, (v.name for v in self._project.variables))
            frame = frame[frame[variable] == value]
        return frame.reset_index(drop=True)

    def _columns(self) -> Sequence[str]:
        return ("code", "codings")

    def _summary(self) -> list[tuple[Any, ...]]:
        tree, counts = self._project.codebook.tree, self._project.code_counts()
        rows = [(tree.path(tree.find(uid)), n) for uid, n in counts.items()]
        return sorted(rows, key=lambda row: -row[1])
