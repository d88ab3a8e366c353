"""An index release: everything an engine needs, in one folder, written aside and renamed when whole.

Loading reads the manifest first and refuses what does not agree with it: format, embedder, sizes, checksums.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.centrality import Centrality, centrality
from matching.embedding.protocol import Embedder, Vectors
from matching.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexNotWritten
from matching.index.arrays import check_whole
from matching.index.companies import CompanyTable
from matching.index.lexical import CharIndex, WordIndex, cut_words
from matching.index.phrases import PhraseIndex
from matching.index.stores import STORES, VectorStore
from matching.passages import cut_passages, text_key
from matching.records import PASSAGE_FIELDS, CompanyProfile, Passage
from matching.relation import RELATIONS, relation_of

FORMAT = 2
MANIFEST = "manifest.json"
# The words of a company are those of these fields; products_text repeats main fields in nearly every source.
WORD_FIELDS = (
    "full_name",
    "industry",
    "main_business",
    "business_scope",
    "description",
    "technologies",
    "product_names",
)
# Cosines crowd together differently for every requirement (MODEL notes): they are read against this many
# passages spread evenly over the release.
SAMPLE_SIZE = 2000

StageProgress = Callable[[str, int, int], None]  # (stage, done, total)


@dataclass(frozen=True, slots=True)
class Mentions:
    """Passages of all companies, company by company. Arrays of shape (n_mentions,) unless said otherwise."""

    starts: NDArray[np.int64]  # (n_companies + 1,): the mentions of company i are starts[i]:starts[i + 1]
    text: NDArray[np.int32]  # ordinal of the distinct text
    field: NDArray[np.uint8]  # ordinal in PASSAGE_FIELDS
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    product: NDArray[np.int32]  # ordinal of the product it names, −1 for none
    share: NDArray[np.float32]  # revenue share of that product, NaN when not stated


@dataclass(frozen=True, slots=True)
class Release:
    """A loaded index release."""

    name: str
    manifest: dict[str, Any]
    companies: CompanyTable
    mentions: Mentions
    relation: NDArray[np.uint8]  # (n_texts,): ordinal in RELATIONS
    embedded: NDArray[np.bool_]  # (n_texts,): whether the text has a vector of its own
    store: VectorStore
    words: WordIndex
    chars: CharIndex
    phrases: PhraseIndex
    company_vectors: Vectors  # (n_companies, dim): mean of a company's passage vectors
    sample: Vectors  # (≤ SAMPLE_SIZE, dim)
    has_text: NDArray[np.bool_]  # (n_companies,): whether a company has any passage
    is_prose: NDArray[np.bool_]  # (n_texts,): whether no company has the text as a product's name
    centrality: Centrality


def build_release(
    companies: Iterable[CompanyProfile],
    embedder: Embedder,
    folder: Path,
    name: str,
    *,
    store: str = "faiss",
    snapshot: str = "",
    code_version: str = "",
    progress: StageProgress | None = None,
) -> dict[str, Any]:
    """Build the release `name` in `folder` from `companies` and give its manifest.

    Written to a folder aside and renamed: a build that is stopped leaves nothing but cached vectors.
    Raises IndexNotWritten when the disk is full or the folder cannot be written.
    """
    report = progress or _tell_nobody
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        # Not mkdtemp: its folders are for one user only, and the server may run as another than the command.
        aside = folder / f".building-{secrets.token_hex(4)}"
        aside.mkdir()
    except OSError as err:
        raise _not_written(folder, err) from err
    try:
        counts = _write(companies, embedder, aside, store, report)
        manifest = {
            "format": FORMAT,
            "name": name,
            "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "embedder": embedder.fingerprint,
            "dim": embedder.dim,
            "store": store,
            "snapshot": snapshot,
            "code_version": code_version,
            **counts,
            "files": _checksums(aside),
        }
        (aside / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
        aside.replace(folder / name)
    except OSError as err:
        raise _not_written(folder, err) from err
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def load_release(folder: Path, embedder: Embedder) -> Release:
    """The release in `folder`, for use with `embedder`.

    Raises IndexMissing, IndexDamaged (a file is missing, cut short or altered), or IndexMismatch.
    """
    manifest = read_manifest(folder)
    if manifest.get("format") != FORMAT:
        raise IndexMismatch(
            f"index {folder.name} has format {manifest.get('format')}, this version reads format {FORMAT}: "
            'run "lianzhao index build"'
        )
    if manifest["embedder"] != embedder.fingerprint:
        raise IndexMismatch(
            f"index {folder.name} was built with {manifest['embedder']}, running {embedder.fingerprint}: "
            'run "lianzhao index build", or set LIANZHAO_EMBEDDER back'
        )
    _verify(folder, manifest["files"])
    try:
        arrays = np.load(folder / "passages.npz", allow_pickle=False)
        vectors = np.load(folder / "company_vectors.npy", allow_pickle=False)
        store = STORES[manifest["store"]].load(folder / "vectors.bin")
        mentions = Mentions(**{name: arrays[name] for name in Mentions.__slots__})
        chars = CharIndex.load(folder / "chars")
        return Release(
            name=folder.name,
            manifest=manifest,
            companies=CompanyTable.load(folder / "companies"),
            mentions=mentions,
            relation=arrays["relation"],
            embedded=arrays["embedded"],
            store=store,
            words=WordIndex.load(folder / "words"),
            chars=chars,
            phrases=PhraseIndex.load(folder / "texts.json", chars),
            company_vectors=vectors.astype(np.float32),
            sample=store.vectors(_sample_ids(arrays["embedded"])),
            has_text=np.diff(mentions.starts) > 0,
            is_prose=_prose(mentions, len(arrays["relation"])),
            centrality=centrality(mentions),
        )
    except (OSError, ValueError, KeyError) as err:
        raise IndexDamaged(_damaged(folder.name, str(err))) from err


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the release in `folder`. Raises IndexMissing or IndexDamaged."""
    path = folder / MANIFEST
    if not path.is_file():
        raise IndexMissing(f'index {folder.name}: no {MANIFEST} in {folder}: run "lianzhao index build"')
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except ValueError as err:
        raise IndexDamaged(_damaged(folder.name, f"{MANIFEST} is not JSON")) from err
    if not isinstance(manifest, dict) or not {"embedder", "files", "store"} <= manifest.keys():
        raise IndexDamaged(_damaged(folder.name, f"{MANIFEST} lacks its fields"))
    return manifest


def _write(
    companies: Iterable[CompanyProfile], embedder: Embedder, aside: Path, store: str, report: StageProgress
) -> dict[str, int]:
    table, passages, words = _collect(companies, aside, report)
    texts, mentions = distinct_texts(passages)
    embedded = embeddable(mentions, len(texts))
    vectors = np.zeros((len(texts), embedder.dim), dtype=np.float32)
    wanted = np.flatnonzero(embedded)

    def embedding(done: int, total: int) -> None:
        os.utime(aside / "companies")  # a sign of life for _sweep: nothing is written while this goes on
        report("embed", done, total)

    vectors[wanted] = embedder.embed_passages([texts[i] for i in wanted], embedding)
    report("write", 0, 4)
    relation = np.array([RELATIONS.index(relation_of(text)) for text in texts], dtype=np.uint8)
    arrays = {name: getattr(mentions, name) for name in Mentions.__slots__}
    with (aside / "passages.npz").open("wb") as file:
        np.savez(file, relation=relation, embedded=embedded, **arrays)
    STORES[store].build(vectors).save(aside / "vectors.bin")
    report("write", 1, 4)
    WordIndex.build(words).save(aside / "words")
    report("write", 2, 4)
    CharIndex.build(texts).save(aside / "chars")
    PhraseIndex.write(texts, aside / "texts.json")
    report("write", 3, 4)
    means = _company_means(mentions, vectors, embedded)
    with (aside / "company_vectors.npy").open("wb") as file:
        np.save(file, means.astype(np.float16), allow_pickle=False)
    for path in aside.rglob("*.npy"):
        check_whole(path)
    report("write", 4, 4)
    return {
        "companies": table,
        "mentions": len(mentions.text),
        "texts": len(texts),
        "texts_embedded": len(wanted),
    }


def _collect(
    companies: Iterable[CompanyProfile], aside: Path, report: StageProgress
) -> tuple[int, list[tuple[list[Passage], list[float]]], list[list[str]]]:
    passages: list[tuple[list[Passage], list[float]]] = []
    words: list[list[str]] = []

    def watched() -> Iterable[CompanyProfile]:
        for count, company in enumerate(companies, start=1):
            cut = cut_passages(company.texts)
            passages.append((cut, [share_of(company, passage) for passage in cut]))
            words.append(words_of(company))
            if count % 500 == 0:
                report("read", count, 0)
            yield company

    count = CompanyTable.write(watched(), aside / "companies")
    report("read", count, count)
    return count, passages, words


def words_of(company: CompanyProfile) -> list[str]:
    """The words that a company is found by."""
    return cut_words("。".join(company.texts.get(field, "") for field in WORD_FIELDS))


def share_of(company: CompanyProfile, passage: Passage) -> float:
    if passage.product is None or passage.product >= len(company.products):
        return float("nan")
    share = company.products[passage.product].revenue_share
    return float("nan") if share is None else share


def distinct_texts(passages: Sequence[tuple[list[Passage], list[float]]]) -> tuple[list[str], Mentions]:
    texts: list[str] = []
    ordinals: dict[str, int] = {}
    starts = [0]
    rows: list[tuple[int, int, int, int, int, float]] = []
    for cut, shares in passages:
        for passage, share in zip(cut, shares, strict=True):
            key = text_key(passage.text)
            if key not in ordinals:
                ordinals[key] = len(texts)
                texts.append(passage.text)
            field = PASSAGE_FIELDS.index(passage.field)
            product = -1 if passage.product is None else passage.product
            rows.append((ordinals[key], field, passage.start, passage.end, product, share))
        starts.append(len(rows))
    text, field_, start, end, product_, share_ = zip(*rows, strict=True) if rows else ((),) * 6
    mentions = Mentions(
        starts=np.array(starts, dtype=np.int64),
        text=np.array(text, dtype=np.int32),
        field=np.array(field_, dtype=np.uint8),
        start=np.array(start, dtype=np.int32),
        end=np.array(end, dtype=np.int32),
        product=np.array(product_, dtype=np.int32),
        share=np.array(share_, dtype=np.float32),
    )
    return texts, mentions


def embeddable(mentions: Mentions, n_texts: int) -> NDArray[np.bool_]:
    """Texts with a vector: all but company names, which are found by words only."""
    embedded = np.zeros(n_texts, dtype=np.bool_)
    embedded[mentions.text[mentions.field != PASSAGE_FIELDS.index("full_name")]] = True
    return embedded


def _prose(mentions: Mentions, n_texts: int) -> NDArray[np.bool_]:
    prose = np.ones(n_texts, dtype=np.bool_)
    prose[mentions.text[mentions.field == PASSAGE_FIELDS.index("product_names")]] = False
    return prose


def _company_means(mentions: Mentions, vectors: Vectors, embedded: NDArray[np.bool_]) -> Vectors:
    n_companies = len(mentions.starts) - 1
    means = np.zeros((n_companies, vectors.shape[1]), dtype=np.float32)
    for company in range(n_companies):
        texts = mentions.text[mentions.starts[company] : mentions.starts[company + 1]]
        texts = texts[embedded[texts]]
        if len(texts):
            means[company] = mean_vector(vectors[texts])
    return means


def mean_vector(vectors: Vectors) -> Vectors:
    """The direction of the mean of `vectors`."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def _sample_ids(embedded: NDArray[np.bool_]) -> NDArray[np.int64]:
    ids = np.flatnonzero(embedded)
    if len(ids) <= SAMPLE_SIZE:
        return ids.astype(np.int64)
    return ids[np.linspace(0, len(ids) - 1, SAMPLE_SIZE).astype(np.int64)].astype(np.int64)


def _checksums(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _verify(folder: Path, files: dict[str, dict[str, Any]]) -> None:
    for name, known in files.items():
        path = folder / name
        if not path.is_file():
            raise IndexDamaged(_damaged(folder.name, f"{name} is missing"))
        size = path.stat().st_size
        if size != known["bytes"]:
            raise IndexDamaged(_damaged(folder.name, f"{name} has {size} bytes, not {known['bytes']}"))
        if _sha256(path) != known["sha256"]:
            raise IndexDamaged(_damaged(folder.name, f"the checksum of {name} is not the one written"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sweep(folder: Path) -> None:
    """Remove what builds that were killed left aside, once they are surely dead (an hour without a write)."""
    now = datetime.now(UTC).timestamp()
    for left in folder.glob(".building-*"):
        newest = max((p.stat().st_mtime for p in left.rglob("*")), default=left.stat().st_mtime)
        if now - newest > 3600:
            shutil.rmtree(left, ignore_errors=True)


def _tell_nobody(stage: str, done: int, total: int) -> None:
    """Progress that nobody asked for."""


def _damaged(name: str, what: str) -> str:
    return (
        f'index {name} is damaged: {what}: run "lianzhao index build"; the companies are safe in the database'
    )


def _not_written(folder: Path, err: OSError) -> IndexNotWritten:
    return IndexNotWritten(
        f"index not written to {folder}: {err.strerror or err}: make room or mend the folder's rights, then "
        'run "lianzhao index build" again; computed vectors are kept, the index used so far is untouched'
    )
