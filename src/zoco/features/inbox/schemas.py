"""What the inbox's forms carry."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from zoco.features.inbox.models import LONGEST_BODY, LONGEST_TITLE


class ReplyForm(msgspec.Struct, kw_only=True):
    """A saved reply as it is written."""

    title: Annotated[str, Meta(min_length=1, max_length=LONGEST_TITLE)]
    body: Annotated[str, Meta(min_length=1, max_length=LONGEST_BODY)]
