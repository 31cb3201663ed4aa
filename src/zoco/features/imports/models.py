"""What a row of a foreign file means for the catalogue, and the report on a whole file."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum

import msgspec

from zoco.features.catalogue.models import ProductStatus, Seller
from zoco.kit.errors import FieldError
from zoco.kit.ids import ProductId
from zoco.kit.money import Money


class Outcome(StrEnum):
    """What became of a row; `skipped` means that the shop already has exactly this."""

    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    REFUSED = "refused"


class DraftImage(msgspec.Struct, frozen=True):
    """An http address that nobody has fetched yet, and what the picture shows in words, if told."""

    address: str
    alt: str = ""


class ProductDraft(msgspec.Struct, frozen=True, kw_only=True, tag="draft"):
    """A product as a foreign file describes it.

    `source_key` finds it again at the next import; `line` is where its row begins, the header being line 1.
    `image_url` is an http address that nobody has fetched yet, `further` are the pictures behind it. `notes` say what
    was taken otherwise than it stood.
    A file of our own names the `product`, and the stock that it had when the file was made.
    """

    line: int
    source_key: str
    title: str
    description: str
    category: str
    price: Money
    stock: int
    status: ProductStatus = ProductStatus.ACTIVE
    image_url: str | None = None
    image_alt: str = ""
    further: tuple[DraftImage, ...] = ()
    notes: tuple[FieldError, ...] = ()
    product: ProductId | None = None
    stock_before: int | None = None


class RowRefused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """A row that is no product, and everything that is wrong with it; `key` and `title` as far as they are known."""

    line: int
    errors: tuple[FieldError, ...]
    key: str = ""
    title: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the report. `reasons` tell why it was refused, or what is worth knowing about a row that was not."""

    line: int
    key: str
    title: str
    outcome: Outcome
    reasons: tuple[FieldError, ...] = ()

    @classmethod
    def of(cls, draft: ProductDraft, outcome: Outcome, *reasons: FieldError) -> Row:
        """The draft's own notes come first."""
        return cls(
            line=draft.line,
            key=draft.source_key,
            title=draft.title,
            outcome=outcome,
            reasons=(*draft.notes, *reasons),
        )

    @classmethod
    def refused(cls, row: RowRefused) -> Row:
        return cls(line=row.line, key=row.key, title=row.title, outcome=Outcome.REFUSED, reasons=row.errors)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or in a dry run would have done, row by row in the order of the file."""

    format: str
    dry_run: bool
    rows: tuple[Row, ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many rows had each outcome, none left out."""
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def clean(self) -> bool:
        """Whether no row was refused."""
        return not self.counts[Outcome.REFUSED]


class JobState(StrEnum):
    """`waiting` for somebody to look at what would happen; `stopped` by somebody, what was taken in so far stays."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class ImportJob(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is taken in piece by piece. `expected` is what the preview counted, `counts` what came of it so far.

    The products become `seller`'s; `done` counts the pieces that are through. `changes` is whether the preview found
    anything to do: of refused rows, and of those that say nothing new, nothing comes.
    """

    id: str
    file: str
    format: str
    seller: Seller
    made_at: datetime
    state: JobState
    rows: int
    pieces: int
    expected: dict[Outcome, int]
    counts: dict[Outcome, int]
    done: int = 0
    changes: bool = True

    @property
    def taken(self) -> int:
        """How many rows are through."""
        return sum(self.counts.values())


class Piece(msgspec.Struct, frozen=True):
    """Some rows of a file: what they mean, and the report on them, a preview until they are through."""

    answers: list[ProductDraft | RowRefused]
    report: list[Row]
