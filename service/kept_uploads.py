"""Files that wait between a preview and the decision about them: a day in LIANZHAO_HOME, then they go.

A file is named by an unguessable key that only its uploader is told, with the account that uploaded it.
"""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path

from service.errors import NotFound

KEPT_S = 24 * 3600
_KEY = re.compile(r"[0-9a-f]{32}")


def keep_upload(folder: Path, owner: int, content: bytes) -> str:
    """Keep `content` for `owner`; gives its key. What is older than a day is deleted on the way."""
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder)
    key = secrets.token_hex(16)
    draft = folder / f".{key}"
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(folder / f"{owner}-{key}")
    return key


def read_upload(folder: Path, owner: int, key: str) -> bytes:
    """What was kept under `key`. Raises NotFound where it is gone, or somebody else's."""
    path = folder / f"{owner}-{key}"
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NotFound("the uploaded file is no longer kept: upload it again")
    return path.read_bytes()


def drop_upload(folder: Path, owner: int, key: str) -> None:
    """Delete what was kept under `key`."""
    if _KEY.fullmatch(key):
        (folder / f"{owner}-{key}").unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    oldest = time.time() - KEPT_S
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
        except FileNotFoundError:  # another process was faster
            continue
