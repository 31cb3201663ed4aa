"""Open pages of whoever is no longer signed in."""

from __future__ import annotations

from zoco.features.accounts.events import SessionsEnded, UserRemoved
from zoco.web.live import Cut, Hints, hint


@hint(SessionsEnded)
def signed_out(fact: SessionsEnded) -> Hints:
    if fact.session:
        return [Cut(f"session:{fact.session}")]
    return [Cut(f"user:{fact.user}", but=f"session:{fact.but}" if fact.but else "")]


@hint(UserRemoved)
def removed(fact: UserRemoved) -> Hints:
    return [Cut(f"user:{fact.user}")]
