"""Files that cannot be imported at all; what is wrong with a single row stands in the report instead."""

from __future__ import annotations

from zoco.kit.errors import Conflict, NotFound, TooLarge, Unsupported
from zoco.kit.text import N_


class UnknownFormat(Unsupported):
    """The header line is none that we know; params `seen` and `known`."""

    code = "imports.unknown_format"
    message = N_("This file has the columns {seen}. Known formats are: {known}.")


class ColumnsMissing(Unsupported):
    """The format is recognised, but columns that it cannot do without are not there; params `format` and `columns`."""

    code = "imports.columns_missing"
    message = N_("This looks like a file of {format}, but it lacks the columns {columns}.")


class TooManyColumns(Unsupported):
    """Param `most`."""

    code = "imports.too_many_columns"
    message = N_("This file has more than {most} columns.")


class NothingToImport(Unsupported):
    code = "imports.empty"
    message = N_("This file is empty.")


class NotATable(Unsupported):
    """Bytes that are no text, such as a spreadsheet's own format."""

    code = "imports.not_a_table"
    message = N_("This file is not a CSV text file. In a spreadsheet, choose “Save as … CSV UTF-8”.")


class TooManyRows(TooLarge):
    """Param `most`."""

    code = "imports.too_many_rows"
    message = N_("This file has more than {most} products. Divide it into several.")


class ImportMissing(NotFound):
    code = "imports.missing"
    message = N_("This import does not exist, or it is too long ago.")


class ImportOver(Conflict):
    code = "imports.over"
    message = N_("This import was started, stopped or finished meanwhile.")
