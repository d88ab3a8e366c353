"""Dictionaries of the chains: the shipped ones are read, a wrong one is refused with every problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import InvalidProfile
from service.readers.dictionaries import read_dictionary
from service.shipped import dictionary_paths

GOOD = "format: 1\nchain: C03\nentries:\n  - term: 电解铜箔\n    same: [ED铜箔]\n    why: 行业通称\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "some.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_dictionaries_cover_the_ten_chains() -> None:
    paths = dictionary_paths()
    assert len(paths) == 10
    assert len(read_dictionary(paths)) > 800


def test_an_entry_is_found_by_its_other_name(tmp_path: Path) -> None:
    terms = read_dictionary([written(tmp_path, GOOD)]).expand(["ED铜箔"]).terms
    assert {term.text: term.kind for term in terms} == {"ed铜箔": "self", "电解铜箔": "same"}


def test_all_names_of_all_entries_are_known(tmp_path: Path) -> None:
    text = (
        "format: 1\nchain: C03\nentries:\n- {term: 电解铜箔, same: [ED铜箔], narrower: [锂电铜箔], "
        "parts: [钛辊], unlike: [铝箔], why: x}"
    )
    names = read_dictionary([written(tmp_path, text)]).names
    assert names == {"电解铜箔", "ed铜箔", "锂电铜箔", "钛辊", "铝箔"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD.replace("why: 行业通称", "note: x"), r"entries\[0\]\.why: nothing: add this field"),
        (GOOD.replace("why: 行业通称", "note: x"), r"entries\[0\]\.note: 'x': this field is not known"),
        (GOOD.replace("C03", "copper"), r"chain: 'copper'"),
        (GOOD.replace("电解铜箔", "箔"), r"entries\[0\]\.term: '箔'"),
        (
            GOOD + "  - term: 电解 铜箔\n    why: x\n",
            r"entries\[1\]\.term: '电解铜箔': already used by entries\[0\]",
        ),
        ("- 1\n", r'list: write a mapping that starts with "format: 1"'),
        ("format: [\n", r"line \d+, column \d+"),
    ],
)
def test_a_wrong_file_is_refused_with_place_value_and_what_to_do(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(InvalidProfile, match=problem):
        read_dictionary([written(tmp_path, text)])
