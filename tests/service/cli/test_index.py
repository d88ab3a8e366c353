"""`lianzhao index`: building, and what is said of an index that cannot be used."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.embedding import HashingEmbedder
from matching.index.lexical import CharIndex
from tests.service.cli.running import COMPANIES, FOIL, GAP, done, run


def release_in(home: Path) -> Path:
    """The folder of the one release."""
    (folder,) = (home / "index").iterdir()
    return folder


def first_found() -> Any:
    return done("match", GAP, "--json").json["candidates"][0]["company"]["id"]


def cut_vectors(home: Path) -> str:
    path = release_in(home) / "vectors.bin"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    return f"is damaged: vectors.bin has 100 bytes, not {len(whole)}"


def alter_vectors(home: Path) -> str:
    path = release_in(home) / "vectors.bin"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    return "is damaged: the checksum of vectors.bin is not the one written"


def cut_manifest(home: Path) -> str:
    (release_in(home) / "manifest.json").write_text('{"format": 1,')
    return "is damaged: manifest.json is not JSON"


def remove_folder(home: Path) -> str:
    shutil.rmtree(home / "index")
    return ": no manifest.json in "


@pytest.mark.usefixtures("home")
def test_build_says_what_it_made_and_match_uses_it() -> None:
    known = done("index", "build", "--json").json
    assert (known["companies"], known["embedder"], known["dim"]) == (len(COMPANIES), "hashing-v1-512", 512)
    assert known["build_seconds"] > 0
    assert done("match", GAP, "--json").json["receipt"]["index_release"] == known["name"]
    built = done("index", "build")
    assert "：6家企业，" in built.out
    assert "写入索引" in built.err  # its progress


@pytest.mark.usefixtures("empty_home")
def test_without_companies_there_is_nothing_to_build() -> None:
    ended = run("index", "build")
    assert ended.code == 1
    assert ended.error == 'index: there is no company to index: run "lianzhao import FILE" first'


@pytest.mark.usefixtures("empty_home")
def test_without_an_index_match_and_status_say_what_makes_one() -> None:
    ended = run("match", "--need", "铜箔")
    assert ended.code == 1
    assert ended.error == 'no index has been built yet: run "lianzhao index build"'
    known = done("index", "status", "--json").json
    assert (known["index"], known["problem"]) == (None, ended.error)
    assert done("index", "status").out == f"{ended.error}\n"


@pytest.mark.usefixtures("home")
def test_status_says_whether_the_companies_have_changed(tmp_path: Path) -> None:
    assert "与企业库一致" in done("index", "status").out
    assert done("index", "status", "--json").json["index_is_stale"] is False
    (tmp_path / "new.csv").write_text("企业名称\n新星铜箔有限公司\n", "utf-8")
    done("import", tmp_path / "new.csv")
    known = done("index", "status", "--json").json
    assert (known["companies"], known["index"]["companies"], known["index_is_stale"]) == (7, 6, True)
    assert "请运行“lianzhao index build”" in done("index", "status").out
    done("index", "build")
    assert done("index", "status", "--json").json["index_is_stale"] is False


@pytest.mark.parametrize("damage", [remove_folder, cut_vectors, alter_vectors, cut_manifest])
def test_index_that_is_not_whole_is_named_and_building_mends_it(
    damage: Callable[[Path], str], home: Path
) -> None:
    problem = damage(home)
    ended = run("match", GAP)
    assert (ended.code, ended.out) == (1, "")
    assert problem in ended.error
    assert 'run "lianzhao index build"' in ended.error
    assert done("index", "status").out == f"{ended.error}\n"
    assert done("index", "status", "--json").json["problem"] == ended.error
    assert done("show", "company", FOIL, "--json").json["id"] == FOIL
    done("index", "build")
    assert first_found() == FOIL


@pytest.mark.usefixtures("home")
def test_index_of_another_model_is_refused_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    other = HashingEmbedder(dim=64)
    monkeypatch.setattr("service.engines.open_embedder", lambda *_, **__: other)
    ended = run("match", GAP)
    assert ended.code == 1
    assert f"was built with hashing-v1-512, running {other.fingerprint}: run" in ended.error
    assert "or set LIANZHAO_EMBEDDER back" in ended.error
    assert done("index", "status", "--json").json["problem"] == ended.error
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "stopped; nothing was left half-written"),
        (OSError(28, "No space left on device"), 1, "index not written to {home}/index: No space left on"),
    ],
)
def test_build_that_is_stopped_leaves_the_index_in_use_as_it_was(
    error: BaseException, code: int, message: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = release_in(home)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(CharIndex, "save", fail)  # when nearly all is written
        ended = run("index", "build")
    assert ended.code == code
    assert ended.error.startswith(message.format(home=home))
    assert release_in(home) == before
    assert first_found() == FOIL
    assert done("index", "build", "--json").json["name"] != before.name


def test_index_that_cannot_be_put_to_use_takes_no_room(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = release_in(home)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("service.cli.index.use_index", fail)
    assert run("index", "build").code == 130
    assert release_in(home) == before


def test_two_releases_are_kept(home: Path) -> None:
    names = [done("index", "build", "--json").json["name"] for _ in range(3)]
    assert sorted(folder.name for folder in (home / "index").iterdir()) == sorted(names[-2:])


def test_model_with_broken_vectors_is_no_traceback(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> np.ndarray[Any, Any]:
        raise MemoryError

    before = release_in(home)
    monkeypatch.setattr(HashingEmbedder, "embed_passages", fail)
    ended = run("index", "build")
    assert ended.code == 1
    assert ended.error == f"unforeseen error (MemoryError: ): please report it with {home / 'errors.log'}"
    assert release_in(home) == before


@pytest.mark.usefixtures("home")
def test_coverage_is_counted_with_the_index_and_again_only_where_it_is_old() -> None:
    done("index", "build")
    again = done("index", "coverage", "--json").json
    assert again == {"counted": 0, "changed": 0}
    assert "已重新统计0个缺口" in done("index", "coverage", "--chain", GAP.partition("-")[0]).out
    unknown = run("index", "coverage", "--chain", "C99")
    assert unknown.code == 1
    assert "C99" in unknown.error
