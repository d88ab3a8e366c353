from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import InvalidInput
from service.readers.term_dictionaries import read_known_terms
from service.shipped import dictionary_paths


def test_all_names_of_all_entries_are_known_terms(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "entries:\n- {term: 电解铜箔, same: [ED铜箔], narrower: [锂电铜箔], parts: [钛辊], unlike: [铝箔]}",
        "utf-8",
    )
    assert read_known_terms([path]) == {"电解铜箔", "ed铜箔", "锂电铜箔", "钛辊", "铝箔"}


def test_shipped_dictionaries_are_read() -> None:
    known = read_known_terms(dictionary_paths())
    assert {"电解铜箔", "钕铁硼"} <= known


@pytest.mark.parametrize("content", ["", "entries: 3", "entries: [{same: [a]}]", "a: [", "- x"])
def test_what_is_no_dictionary_is_a_named_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidInput, match=r"^a\.yaml: no dictionary"):
        read_known_terms([path])
