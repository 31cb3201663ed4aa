"""What was used last."""

from __future__ import annotations

from zoco.kit.recent import Recent


def test_the_one_that_nobody_asks_for_makes_room() -> None:
    recent = Recent[str, int](2)
    assert recent.put("a", 1) == 1
    recent.update([("b", 2)])
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)


def test_what_is_put_again_takes_no_more_room() -> None:
    recent = Recent[str, int](2)
    recent.update([("a", 1), ("b", 2), ("b", 3)])
    assert (recent.get("a"), recent.get("b")) == (1, 3)
