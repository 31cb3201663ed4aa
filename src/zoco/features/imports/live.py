"""What a file that is being taken in changes on open pages."""

from __future__ import annotations

from zoco.features.imports.events import ImportEnded, PieceWanted
from zoco.web.live import Hint, Hints, hint


@hint(PieceWanted, ImportEnded)
def progress(fact: PieceWanted | ImportEnded) -> Hints:
    return [Hint(f"import:{fact.job}")]
