"""Agreement that follows the coding of a training round, one document at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coding.agreement import LiveAgreement, material_of_snapshot
from coding.agreement.material import OWN_WORK
from coding.agreement.units import Unit
from coding.errors import AgreementError, Refused
from coding.model import Round, Uid

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.project import Project

__all__ = ["LiveRound"]


class LiveRound:
    """Alpha per code of an open training round; only documents that changed are counted again.

    A round that measures reliability, or is blind, shows no figure before it is closed.

    Args:
        project: an open project.
        item: a training round.
        unit: as the round fixed it, sentence by default.
    """

    def __init__(self, project: Project, item: Round, unit: Unit | None = None) -> None:
        if item.purpose != "training" or item.blind:
            raise Refused(
                f"{item.name} is {'blind' if item.blind else f'a {item.purpose} round'}; agreement is live in open training "
                "rounds only. Its figures come when it is closed: project.agreement(round=…)."
            )
        self._project, self._round = project, item
        material = material_of_snapshot(project.snapshot(texts=False), rounds=[item.uid])
        shared = (material.columns.assigned.sum(axis=1) >= 2).tolist()
        if not any(shared):
            raise AgreementError(f"{item.name} has no document of two coders; assign one to both.")
        chosen: Unit = unit or item.protocol.get("unit", "sentence")
        self._live = LiveAgreement(material, unit=chosen)
        self._at: dict[Uid, int] = {d.uid: i for i, d in enumerate(material.documents) if shared[i]}
        self._codes = {c.uid: i for i, c in enumerate(material.codes)}
        self._coders = {uid: i for i, uid in enumerate(material.coder_uids)}

    def refresh(self, document: str | None = None) -> LiveRound:
        """Count a document again, or all of the round's, with what was coded meanwhile.

        Args:
            document: name or uid of the one that changed; every document by default.

        Raises:
            Refused: the codebook has a code that it had not; begin anew with `project.rounds.live`.
        """
        uids = [self._project.documents.find(document).uid] if document else list(self._at)
        for uid in uids:
            if uid in self._at:
                self._live.set_document(self._at[uid], self._codings(uid))
        return self

    def _codings(self, uid: Uid) -> list[tuple[int, int, int, int]]:
        rows = []
        for c in self._project.store.codings(documents=[uid], rounds=[self._round.uid]):
            if c.origin not in OWN_WORK or c.coder not in self._coders:
                continue
            if c.code not in self._codes:
                raise Refused("The codebook has changed; begin anew with project.rounds.live(…).")
            rows.append((self._codes[c.code], self._coders[c.coder], c.start, c.end))
        return rows

    def to_frame(self) -> pd.DataFrame:
        """Return one row per code: alpha and kappa so far, NaN where there is nothing to compare yet."""
        import pandas as pd

        infos = self._live.material.codes
        columns = {"code": [c.path for c in infos], "alpha": self._live.alpha(), "kappa": self._live.kappa()}
        return pd.DataFrame({**columns, "uid": [c.uid for c in infos]})

    def __repr__(self) -> str:
        return f"LiveRound({self._round.name}: {len(self._at)} documents)"
