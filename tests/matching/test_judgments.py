"""Judged sets on disk, and errors that say where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matching.errors import JudgmentsInvalid
from matching.judgments import JudgedQuery, read_judged_queries

QUERY = {"id": "Q1", "chain": "铜铝", "title": "电解铜箔", "need": "高档电解铜箔"}


def read(folder: Path, queries: str | bytes, qrels: str | bytes) -> list[JudgedQuery]:
    for name, content in (("queries.jsonl", queries), ("qrels.tsv", qrels)):
        (folder / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read_judged_queries(folder / "queries.jsonl", folder / "qrels.tsv")


def line(**changes: object) -> str:
    return json.dumps({**QUERY, **changes}, ensure_ascii=False) + "\n"


def test_queries_come_with_their_grades_in_the_order_of_the_file(tmp_path: Path) -> None:
    judged = read(tmp_path, line(id="Q2") + line(), "Q1\t0\tC01\t3\nQ2\t0\tC02\t0\nQ1\t0\tC02\t1\n")
    assert judged == [
        JudgedQuery("Q2", "铜铝", "电解铜箔", "高档电解铜箔", {"C02": 0}),
        JudgedQuery("Q1", "铜铝", "电解铜箔", "高档电解铜箔", {"C01": 3, "C02": 1}),
    ]


def test_queries_that_nobody_graded_are_left_out(tmp_path: Path) -> None:
    assert [q.id for q in read(tmp_path, line() + line(id="Q9"), "Q1 0 C01 3\n")] == ["Q1"]


def test_blank_lines_a_mark_at_the_start_and_windows_ends_of_line_are_read(tmp_path: Path) -> None:
    queries = "\ufeff" + line().replace("\n", "\r\n") + "\r\n"
    assert [q.grades for q in read(tmp_path, queries, "\ufeffQ1\t0\tC01\t3\r\n\r\n")] == [{"C01": 3}]


def test_a_separator_inside_a_text_ends_no_line(tmp_path: Path) -> None:
    (query,) = read(tmp_path, line(need="铜箔\u2028阀门\x85"), "Q1 0 C01 3\n")
    assert query.need == "铜箔\u2028阀门\x85"


def test_chain_and_title_may_be_missing(tmp_path: Path) -> None:
    (query,) = read(tmp_path, '{"id": 1, "need": "铜箔"}', "1 0 C01 3")
    assert query == JudgedQuery("1", "", "", "铜箔", {"C01": 3})


@pytest.mark.parametrize("bad", ["{", '{"id": "Q1"}', '{"need": "铜箔"}', "[]", '"Q1"', "3"])
def test_a_bad_query_is_told_with_file_line_and_value(tmp_path: Path, bad: str) -> None:
    with pytest.raises(JudgmentsInvalid, match=r"queries\.jsonl line 3: .*write \{\"id\"") as told:
        read(tmp_path, line() + "\n" + bad, "Q1 0 C01 3\n")
    assert repr(bad) in str(told.value)


@pytest.mark.parametrize("bad", ["Q1 0 C01", "Q1 0 C01 3 4", "Q1 0 C01 high", "Q1 0 C01 2.5"])
def test_a_bad_grade_is_told_with_file_line_and_value(tmp_path: Path, bad: str) -> None:
    with pytest.raises(
        JudgmentsInvalid, match=rf"qrels\.tsv line 2: '{bad}': write query, 0, company and grade"
    ):
        read(tmp_path, line(), f"Q1 0 C02 3\n{bad}\n")


def test_files_without_a_query_in_common_are_told(tmp_path: Path) -> None:
    with pytest.raises(JudgmentsInvalid, match=r"queries\.jsonl and qrels\.tsv have no query in common"):
        read(tmp_path, line(), "X1 0 C01 3\n")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(JudgmentsInvalid, match=r"none\.tsv: cannot be read \(No such file"):
        read_judged_queries(tmp_path / "queries.jsonl", tmp_path / "none.tsv")


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(JudgmentsInvalid, match=r"queries\.jsonl: is not UTF-8 text: save it as UTF-8"):
        read(tmp_path, line().encode("gbk"), "Q1 0 C01 3\n")
