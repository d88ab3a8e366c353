"""Arrays on disk that are whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def check_whole(path: Path) -> None:
    """Raise OSError when the .npy file at `path` is shorter than its header says.

    numpy does not tell when the last few kilobytes of an array found no room on the disk.
    """
    try:
        np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as err:
        raise OSError(f"{path.name} was cut short, as on a full disk") from err
