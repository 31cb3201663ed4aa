"""The effect by which a file is taken in piece by piece, also after the shop was restarted in between."""

from __future__ import annotations

from zoco.features.imports.events import PieceWanted
from zoco.features.imports.service import ImportService
from zoco.kit.events import on


@on(PieceWanted)
async def take_in(event: PieceWanted, imports: ImportService) -> None:
    await imports.take_in(event.job, event.piece)
