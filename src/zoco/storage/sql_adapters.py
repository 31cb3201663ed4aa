"""Which class fills which port on engines that speak SQL."""

from __future__ import annotations

from collections.abc import Iterable

from zoco.kit.idempotency import IdempotencyRecords
from zoco.kit.jobs import Timetable
from zoco.kit.module import Module
from zoco.kit.outbox import Outbox
from zoco.storage.engine import Adapters
from zoco.storage.sql_idempotency import SqlIdempotencyRecords
from zoco.storage.sql_outbox import SqlOutbox
from zoco.storage.sql_timetable import SqlTimetable


def sql_adapters(modules: Iterable[Module]) -> Adapters:
    adapters: Adapters = {Outbox: SqlOutbox, IdempotencyRecords: SqlIdempotencyRecords, Timetable: SqlTimetable}
    for module in modules:
        adapters.update(module.sql)
    return adapters
