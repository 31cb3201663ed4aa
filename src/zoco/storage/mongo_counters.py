"""Numbers that are counted up, each in a document of its own."""

from __future__ import annotations

from zoco.storage.documents import TEXT, WHOLE, Collection

COUNTERS = Collection("contadores", {"_id": TEXT, "value": WHOLE})
