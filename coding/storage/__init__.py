"""The project file or server: the only room that speaks SQL."""

from __future__ import annotations

from coding.storage.change import Change
from coding.storage.schema import Review, SavedQuery, Setting, Version
from coding.storage.store import Store

__all__ = ["Change", "Review", "SavedQuery", "Setting", "Store", "Version"]
