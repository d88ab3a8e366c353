"""Index releases: built aside, refused when anything is not as written, never half there."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from matching.embedding import CachedEmbedder, HashingEmbedder
from matching.engine import Engine
from matching.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexNotWritten
from matching.index import release as release_module
from matching.index.release import MANIFEST, Release, load_release, read_manifest
from matching.index.stores import ExactStore, FaissStore
from matching.passages import cut_passages, text_key
from matching.records import PASSAGE_FIELDS, CompanyProfile, Gap
from matching.relation import RELATIONS
from tests.matching import bases
from tests.matching.bases import COMPANIES, RELEASE, build, company, disk_full_after

FILES = [
    "chars/grams.json",
    "chars/postings.npz",
    "chars/weights.npy",
    "companies/columns.json",
    "companies/offsets.npy",
    "companies/profiles.jsonl",
    "company_vectors.npy",
    "passages.npz",
    "vectors.bin",
    "words/words.json",
]


@pytest.fixture
def copied(release_folder: Path, tmp_path: Path) -> Path:
    """A copy of the release that a test may damage."""
    return Path(shutil.copytree(release_folder, tmp_path / RELEASE))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def first_match(folder: Path, embedder: bases.CountingEmbedder | HashingEmbedder | None = None) -> str:
    engine = Engine.open(folder, embedder or HashingEmbedder(), bases.shipped_weights())
    return engine.match(Gap("G", "氧化铈"), today=date(2026, 6, 1), limit=1).candidates[0].company.id


class TestWhatIsBuilt:
    def test_the_manifest_says_what_the_release_is(self, release_folder: Path) -> None:
        manifest = read_manifest(release_folder)
        texts = {
            text_key(p.text): p.field for c in COMPANIES for p in reversed(cut_passages(c.texts))
        }  # the best field of each text, as names come last
        assert manifest["format"] == 2
        assert manifest["name"] == release_folder.name == RELEASE
        assert (manifest["embedder"], manifest["dim"], manifest["store"]) == ("hashing-v1-512", 512, "exact")
        assert (manifest["snapshot"], manifest["code_version"]) == ("test-1", "0")
        assert manifest["companies"] == len(COMPANIES) == 26
        assert manifest["mentions"] == sum(len(cut_passages(c.texts)) for c in COMPANIES)
        assert manifest["texts"] == len(texts)
        assert manifest["texts_embedded"] == sum(field != "full_name" for field in texts.values())

    def test_the_manifest_lists_every_file_with_size_and_checksum(self, release_folder: Path) -> None:
        files = read_manifest(release_folder)["files"]
        on_disk = {p.relative_to(release_folder).as_posix() for p in release_folder.rglob("*") if p.is_file()}
        assert set(files) == on_disk - {MANIFEST}
        assert set(FILES) <= set(files)
        content = (release_folder / "companies/columns.json").read_bytes()
        assert files["companies/columns.json"] == {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }

    def test_each_mention_points_to_its_passage(self, release: Release) -> None:
        for ordinal, some in enumerate(COMPANIES):
            start, end = release.mentions.starts[ordinal : ordinal + 2]
            mentions = [
                (
                    PASSAGE_FIELDS[release.mentions.field[m]],
                    int(release.mentions.start[m]),
                    int(release.mentions.end[m]),
                    int(release.mentions.product[m]),
                )
                for m in range(start, end)
            ]
            cut = cut_passages(some.texts)
            assert mentions == [
                (p.field, p.start, p.end, -1 if p.product is None else p.product) for p in cut
            ]

    def test_each_product_has_its_share(self, release: Release) -> None:
        start, end = release.mentions.starts[:2]
        shares = release.mentions.share[start:end]
        assert shares[:2] == pytest.approx([0.82, 0.11])
        assert np.isnan(shares[2:]).all()

    def test_a_text_is_kept_once(self, tmp_path: Path) -> None:
        embedder = bases.CountingEmbedder()
        both = (company("A", "甲公司", ("铜箔", "铜 箔")), company("B", "乙公司", ("铜箔",)))
        release = load_release(build(tmp_path, both, embedder=embedder), embedder)
        assert embedder.asked == ["铜箔"]
        assert release.manifest["mentions"] == 5  # three products, two names
        assert release.manifest["texts"] == 3

    def test_names_have_no_vector_unless_they_are_also_said(self, tmp_path: Path) -> None:
        embedder = bases.CountingEmbedder()
        build(tmp_path, (company("A", "甲乙"), company("B", "铜箔", ("铜箔",))), embedder=embedder)
        assert embedder.asked == ["铜箔"]

    def test_relations_are_those_of_the_texts(self, tmp_path: Path) -> None:
        release = load_release(
            build(tmp_path, (company("A", "甲甲", ("铜箔", "铜箔贸易", "铜箔设备")),)), HashingEmbedder()
        )
        assert [RELATIONS[r] for r in release.relation] == ["makes", "trades", "equips", "makes"]

    def test_a_company_vector_is_the_mean_of_its_passages(self, tmp_path: Path) -> None:
        embedder = HashingEmbedder(64)
        both = (company("A", "甲甲", ("铜箔", "阀门")), company("B", "乙乙"))
        release = load_release(build(tmp_path, both, embedder=embedder), embedder)
        mean = embedder.embed_passages(["铜箔", "阀门"]).mean(axis=0)
        assert release.company_vectors[0] == pytest.approx(mean / np.linalg.norm(mean), abs=2e-3)
        assert not release.company_vectors[1].any()

    def test_the_sample_is_spread_over_the_whole_release(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(release_module, "SAMPLE_SIZE", 10)
        embedder = HashingEmbedder(64)
        names = [f"第{n}种阀门" for n in range(19)]
        release = load_release(
            build(tmp_path, (company("A", "甲", tuple(names)),), embedder=embedder), embedder
        )
        assert release.sample.tolist() == embedder.embed_passages(names[::2]).tolist()

    def test_companies_without_texts_are_kept_and_known_to_be_silent(self, tmp_path: Path) -> None:
        silent = CompanyProfile(id="S", name="无言")
        release = load_release(build(tmp_path, (company("A", "甲甲", ("铜箔",)), silent)), HashingEmbedder())
        assert release.has_text.tolist() == [True, False]
        assert release.companies.get(1) == silent

    def test_a_base_without_companies_is_a_release(self, tmp_path: Path) -> None:
        release = load_release(build(tmp_path, ()), HashingEmbedder())
        assert len(release.companies) == 0
        assert release.sample.shape == (0, 512)

    def test_both_stores_are_built_and_loaded(self, tmp_path: Path) -> None:
        for store, kind in (("exact", ExactStore), ("faiss", FaissStore)):
            folder = build(tmp_path, COMPANIES, store=store, name=store)
            assert isinstance(load_release(folder, HashingEmbedder()).store, kind)
            assert first_match(folder) == "C15"

    def test_whoever_may_read_the_folder_may_read_the_release(self, tmp_path: Path) -> None:
        plain = tmp_path / "plain"
        plain.mkdir()
        assert build(tmp_path, COMPANIES[:2]).stat().st_mode == plain.stat().st_mode

    def test_progress_is_told_stage_by_stage_to_the_end(self, tmp_path: Path) -> None:
        told: list[tuple[str, int, int]] = []
        build(tmp_path, COMPANIES, progress=lambda *step: told.append(step))
        assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["read", "embed", "write"]
        last = {stage: (done, total) for stage, done, total in told}
        assert last["read"] == (26, 26)
        assert last["embed"][0] == last["embed"][1] > 0
        assert last["write"] == (4, 4)

    def test_companies_are_read_once_and_may_be_a_stream(self, tmp_path: Path) -> None:
        def stream() -> Iterator[CompanyProfile]:
            yield from COMPANIES

        assert first_match(build(tmp_path, stream())) == "C15"  # type: ignore[arg-type]


class TestWhatIsRefused:
    def test_no_release_at_all(self, tmp_path: Path) -> None:
        with pytest.raises(IndexMissing, match="lianzhao index build"):
            load_release(tmp_path / "none", HashingEmbedder())

    def test_another_embedder(self, release_folder: Path) -> None:
        with pytest.raises(IndexMismatch, match=r"built with hashing-v1-512, running hashing-v1-64"):
            load_release(release_folder, HashingEmbedder(64))

    def test_another_format(self, copied: Path) -> None:
        manifest = read_manifest(copied)
        (copied / MANIFEST).write_text(json.dumps({**manifest, "format": 1}), "utf-8")
        with pytest.raises(IndexMismatch, match=r"has format 1, this version reads format 2"):
            load_release(copied, HashingEmbedder())

    @pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 1}', "\ufffd"])
    def test_a_manifest_that_is_none(self, copied: Path, content: str) -> None:
        (copied / MANIFEST).write_text(content, "utf-8")
        with pytest.raises(IndexDamaged, match=rf"{RELEASE} is damaged: {MANIFEST}"):
            load_release(copied, HashingEmbedder())

    @pytest.mark.parametrize("name", FILES)
    def test_a_file_that_is_missing(self, copied: Path, name: str) -> None:
        (copied / name).unlink()
        with pytest.raises(IndexDamaged, match=rf"{name} is missing.*lianzhao index build"):
            load_release(copied, HashingEmbedder())

    @pytest.mark.parametrize("name", FILES)
    def test_a_file_that_was_cut_short(self, copied: Path, name: str) -> None:
        content = (copied / name).read_bytes()
        (copied / name).write_bytes(content[:-1])
        with pytest.raises(IndexDamaged, match=rf"{name} has {len(content) - 1} bytes, not {len(content)}"):
            load_release(copied, HashingEmbedder())

    @pytest.mark.parametrize("name", FILES)
    def test_a_file_with_one_altered_byte(self, copied: Path, name: str) -> None:
        content = bytearray((copied / name).read_bytes())
        content[len(content) // 2] ^= 1
        (copied / name).write_bytes(content)
        with pytest.raises(IndexDamaged, match=rf"checksum of {name}"):
            load_release(copied, HashingEmbedder())

    def test_a_store_of_which_nobody_knows(self, copied: Path) -> None:
        manifest = read_manifest(copied)
        (copied / MANIFEST).write_text(json.dumps({**manifest, "store": "milvus"}), "utf-8")
        with pytest.raises(IndexDamaged, match="milvus"):
            load_release(copied, HashingEmbedder())


class FailingEmbedder(HashingEmbedder):
    """Fails when asked for passages."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__()
        self._failure = failure

    def embed_passages(self, *_: object, **__: object) -> bases.Vectors:
        raise self._failure


class TestWhatIsLeftWhenABuildFails:
    @pytest.mark.parametrize("failure", [KeyboardInterrupt(), RuntimeError("model")])
    def test_a_stopped_build_leaves_nothing(self, tmp_path: Path, failure: BaseException) -> None:
        with pytest.raises(type(failure)):
            build(tmp_path, COMPANIES, embedder=FailingEmbedder(failure))
        assert names_in(tmp_path) == []

    def test_a_killed_build_names_nothing_and_leaves_the_old_release(self, tmp_path: Path) -> None:
        old = build(tmp_path, COMPANIES, name="old")
        script = (
            "import sys, time\n"
            "from pathlib import Path\n"
            "from tests.matching import bases\n"
            "class Stuck(bases.CountingEmbedder):\n"
            "    def embed_passages(self, texts, progress=None):\n"
            "        print('embedding', flush=True)\n"
            "        time.sleep(60)\n"
            "bases.build(Path(sys.argv[1]), embedder=Stuck(), name='new')\n"
        )
        root = Path(__file__).parents[3]
        child = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "embedding\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()

        (left,) = (name for name in names_in(tmp_path) if name != "old")
        assert left.startswith(".building-")
        assert first_match(old) == "C15"
        # A later build puts its release beside, and sweeps the rest away once it is surely dead.
        self._age(tmp_path / left, hours=2)
        build(tmp_path, COMPANIES, name="new")
        assert names_in(tmp_path) == ["new", "old"]

    def test_a_build_that_still_runs_is_not_swept_away(self, tmp_path: Path) -> None:
        living = tmp_path / ".building-living"
        (living / "companies").mkdir(parents=True)
        (living / "companies" / "profiles.jsonl").write_text("{}", "utf-8")
        self._age(living, hours=2)
        os.utime(living / "companies")  # what a build does while it embeds for hours
        build(tmp_path, COMPANIES, name="new")
        assert names_in(tmp_path) == [".building-living", "new"]

    def test_embedding_for_hours_shows_signs_of_life(self, tmp_path: Path) -> None:
        class Slow(HashingEmbedder):
            ages: list[float] = []  # noqa: RUF012

            def embed_passages(
                self, texts: list[str], progress: Callable[[int, int], None] | None = None
            ) -> bases.Vectors:
                (aside,) = tmp_path.glob(".building-*")
                TestWhatIsLeftWhenABuildFails._age(aside, hours=2)
                assert progress is not None
                progress(1, len(texts))
                newest = max(path.stat().st_mtime for path in aside.rglob("*"))
                self.ages.append(time.time() - newest)
                return super().embed_passages(texts, progress)

        build(tmp_path, COMPANIES, embedder=Slow())
        assert [age < 60 for age in Slow.ages] == [True]

    @pytest.mark.parametrize("kept_bytes", [100, 10_000, 100_000])
    def test_a_full_disk_is_told_and_the_old_release_stays(self, tmp_path: Path, kept_bytes: int) -> None:
        old = build(tmp_path, COMPANIES, name="old")
        with (
            disk_full_after(kept_bytes),
            pytest.raises(IndexNotWritten, match=r"File too large|cut short|requested and") as told,
        ):
            build(tmp_path, COMPANIES, name="new")
        assert "make room" in str(told.value)
        assert "lianzhao index build" in str(told.value)
        assert names_in(tmp_path) == ["old"]
        assert first_match(old) == "C15"

    def test_the_last_bytes_of_any_file_are_missed(self, tmp_path: Path) -> None:
        whole = build(tmp_path / "whole", COMPANIES)
        largest = max(path.stat().st_size for path in whole.rglob("*"))
        with disk_full_after(largest - 1), pytest.raises(IndexNotWritten):
            build(tmp_path / "short", COMPANIES)
        assert names_in(tmp_path / "short") == []

    def test_vectors_computed_before_the_disk_was_full_are_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        inner = bases.CountingEmbedder()
        with monkeypatch.context() as patch:
            patch.setattr(ExactStore, "save", full)
            with pytest.raises(IndexNotWritten, match="No space left"):
                build(tmp_path / "index", COMPANIES, embedder=CachedEmbedder(inner, tmp_path / "cache"))
        computed = len(inner.asked)
        assert computed > 50
        folder = build(tmp_path / "index", COMPANIES, embedder=CachedEmbedder(inner, tmp_path / "cache"))
        assert len(inner.asked) == computed
        assert read_manifest(folder)["texts_embedded"] == computed

    def test_a_full_disk_for_the_vectors_is_told_the_same_way(self, tmp_path: Path) -> None:
        embedder = CachedEmbedder(bases.CountingEmbedder(), tmp_path / "cache")
        (tmp_path / "cache").mkdir()
        with disk_full_after(20_000), pytest.raises(IndexNotWritten, match=r"vector cache .*make room"):
            build(tmp_path / "index", COMPANIES, embedder=embedder)
        assert names_in(tmp_path / "index") == []

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "index").write_text("a file, not a folder", "utf-8")
        with pytest.raises(IndexNotWritten, match="File exists"):
            build(tmp_path / "index", COMPANIES)

    def test_a_name_already_taken_is_not_overwritten(self, tmp_path: Path) -> None:
        folder = build(tmp_path, COMPANIES)
        with pytest.raises(IndexNotWritten):
            build(tmp_path, COMPANIES[:3])
        assert read_manifest(folder)["companies"] == 26
        assert names_in(tmp_path) == [RELEASE]

    @staticmethod
    def _age(folder: Path, hours: float) -> None:
        then = time.time() - hours * 3600
        for path in [*folder.rglob("*"), folder]:
            os.utime(path, (then, then))
