"""The service of imports: a file row by row, and files that staff bring, piece by piece."""

from zoco.features.imports.service.jobs import PIECE, ImportService

__all__ = ["PIECE", "ImportService"]
