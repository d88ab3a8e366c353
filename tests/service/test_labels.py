from __future__ import annotations

import pytest

from service.labels import percent


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (1.0, "100%"),
        (0.564, "56%"),
        (0.01, "1%"),
        (0.004, "0.4%"),
        (0.0005, "0.1%"),
        (0.0004, "<0.1%"),
        (0.0, "0.0%"),
    ],
)
def test_share_is_shown_as_people_read_it(share: float, shown: str) -> None:
    assert percent(share) == shown
