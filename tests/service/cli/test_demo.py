"""`lianzhao demo` on a cut-down base: everything from nothing, twice."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.service.cli.running import COMPANIES, FOIL, done, run, small_profile, write_jsonl, write_profile


@pytest.fixture(autouse=True)
def _small_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    companies = write_jsonl(tmp_path / "shipped.jsonl", COMPANIES)
    chains = [write_profile(tmp_path / f"{chain}.yaml", small_profile(chain)) for chain in (3, 4)]
    monkeypatch.setattr("service.cli.demo.chain_profile_paths", lambda: chains)
    monkeypatch.setattr("service.cli.demo.companies_path", lambda: companies)


def test_demo_sets_up_all_and_prints_candidates_of_each_chain(tmp_path: Path) -> None:
    lines = done("demo", "--no-serve").out.splitlines()
    assert lines[0] == "2条产业链，6个缺口"
    assert lines[1] == "shipped.jsonl：共6行，新增6家，更新0家，无变化0家，退回0行，跳过0行"
    heads = [number for number, line in enumerate(lines) if line[:4] in ("C03 ", "C04 ")]
    assert len(heads) == 2
    assert all(lines[number + 2].strip() for number in heads)
    assert any("江陵铜箔" in line for line in lines)
    assert (tmp_path / "home" / "lianzhao.sqlite3").exists()
    assert done("show", "company", FOIL, "--json").json["id"] == FOIL


def test_demo_done_twice_does_nothing_twice(tmp_path: Path) -> None:
    first = done("demo", "--no-serve", "--json").json
    (release,) = (tmp_path / "home" / "index").iterdir()
    again = done("demo", "--no-serve", "--json").json
    assert again == first
    assert [path.name for path in (tmp_path / "home" / "index").iterdir()] == [release.name]
    assert (first["chains"], first["companies"], len(first["matches"])) == (2, 6, 2)
    assert "新增0家，更新0家，无变化6家" in done("demo", "--no-serve").out


def test_demo_mends_an_index_that_cannot_be_used(tmp_path: Path) -> None:
    done("demo", "--no-serve")
    (release,) = (tmp_path / "home" / "index").iterdir()
    (release / "vectors.bin").unlink()
    done("demo", "--no-serve")
    assert done("index", "status", "--json").json["problem"] is None


def test_chain_that_nobody_fits_is_shown_with_its_first_gap() -> None:
    lines = done("demo", "--no-serve").out.splitlines()
    (head,) = [number for number, line in enumerate(lines) if line.startswith("C04 ")]
    assert lines[head + 1].startswith("C04-G")


def test_taken_port_is_said_before_the_work(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("demo", "--port", str(port))
    assert (ended.code, ended.out) == (1, "")
    assert ended.error.startswith(f"LIANZHAO_PORT: 127.0.0.1:{port}: Address already in use")
    assert not (tmp_path / "home" / "lianzhao.sqlite3").exists()


def test_demo_serves_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[int] = []
    monkeypatch.setattr("service.cli.demo.run_server", lambda config: served.append(config.port))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    done("demo", "--port", str(port))
    assert served == [port]
