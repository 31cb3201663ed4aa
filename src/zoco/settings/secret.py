"""The secret key: made once, kept in the data directory."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from zoco.settings.errors import SettingsError


def secret_key(data_dir: Path) -> bytes:
    """The shop's key for signatures: made on first use, readable by its owner only, the same ever after."""
    path = data_dir / "secret.key"
    try:
        if not path.exists():
            _create_once(path, secrets.token_hex(32).encode())
        path.chmod(0o600)
        key = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(
            f"the secret key {path} cannot be kept ({error.strerror}): make its folder writable, "
            "or set ZOCO_DATA_DIR to one that is."
        ) from error
    if len(key) < 32:  # noqa: PLR2004 - bytes that HMAC-SHA256 wants
        raise SettingsError(f"the secret key {path} is damaged: remove it, and everybody signs in again.")
    return key


def _create_once(path: Path, content: bytes) -> None:
    """Write a private file that appears complete or not at all, and never replaces another process's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
