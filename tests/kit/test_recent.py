"""What was used last."""

from __future__ import annotations

from zoco.kit.recent import Recent


def test_what_nobody_asks_for_makes_room() -> None:
    recent = Recent[str, int](4)
    assert recent.put("a", 1) == 1
    recent.update([("b", 2), ("c", 3)])
    assert recent.get("a") == 1  # and so it is among the young again
    recent.update([("d", 4)])
    assert recent.all("abd") == [1, None, 4]


def test_never_more_are_kept_than_was_said() -> None:
    recent = Recent[int, int](10)
    recent.update((number, number + 1) for number in range(1000))
    assert len([found for found in recent.all(range(1000)) if found]) <= 10


def test_what_is_put_again_is_the_new_one() -> None:
    recent = Recent[str, int](2)
    recent.update([("a", 1), ("a", 2), ("b", 3), ("a", 4)])
    assert recent.all("ab") == [4, 3]
