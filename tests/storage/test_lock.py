"""The lock between processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from zoco.storage.lock import FileLock


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    one, two = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert one.try_take()
    assert one.try_take()  # again, for who has it
    assert not two.try_take()
    assert not two.take(0.01)
    one.release()
    assert two.take(0)
    assert not one.try_take()
    two.close()
    assert one.try_take()
    one.close()


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        FileLock(tmp_path / "lock").try_take()
        os.write(tell, b"x")
        signal.pause()
    os.read(told, 1)
    lock = FileLock(tmp_path / "lock")
    assert not lock.try_take()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert lock.take(5)
    lock.close()
    os.close(told)
    os.close(tell)
