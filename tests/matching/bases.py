"""A small company base for the engine's tests: invented companies of many trades, some alike, some bare.

No test database, no file of the project's data: what is here is all the engine sees.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matching.embedding import HashingEmbedder
from matching.embedding.protocol import Progress, Vectors
from matching.index.release import build_release
from matching.passages import join_product_names
from matching.records import CompanyProfile, Gap, Product, Requirement, Tag
from matching.signals import SIGNALS
from matching.weights import Weights, read_weights

TODAY = date(2026, 6, 1)
SHIPPED_WEIGHTS = Path(__file__).parents[2] / "data" / "weights" / "learned-2.json"
RELEASE = "2026-06-01"


def company(
    company_id: str,
    name: str,
    products: tuple[str | tuple[str, float | None], ...] = (),
    *,
    texts: dict[str, str] | None = None,
    **facts: Any,
) -> CompanyProfile:
    """A company as an import would store it: products also as text, the name also as text."""
    known = tuple(Product(p) if isinstance(p, str) else Product(p[0], p[1], 2025) for p in products)
    stored = {"full_name": facts.get("full_name", name), **(texts or {})}
    if known:
        stored["product_names"] = join_product_names([product.name for product in known])
    if facts.get("industry"):
        stored["industry"] = facts["industry"]
    return CompanyProfile(id=company_id, name=name, texts=stored, products=known, **facts)


# The same facts for all, so that a test names only what it is about.
_OPEN = {"ownership": "private", "data_year": 2025, "employees": 500, "uscc": "91330000000000000X"}

COMPANIES: tuple[CompanyProfile, ...] = (
    company(
        "C01",
        "江陵铜箔",
        (("高档电解铜箔", 0.82), ("覆铜板", 0.11)),
        texts={"description": "公司专注于高档电解铜箔，产品用于锂电池和印制电路板。总部在江陵，员工五百人。"},
        full_name="江陵铜箔股份有限公司",
        province="江西",
        city="南昌市",
        stock_code="600901",
        listed_on=date(2015, 5, 20),
        industry="有色金属/铜加工/铜箔",
        **_OPEN,
    ),
    company(
        "C02",
        "东岭材料",
        (("锂电铜箔", 0.64), ("标准铜箔", 0.30)),
        texts={"description": "主营锂电铜箔的研发、生产和销售，拥有两条生产线。"},
        province="广东",
        industry="有色金属/铜加工/铜箔",
        **_OPEN,
    ),
    company("C03", "汇川铜业", (("铜杆", 0.7), ("铜箔", 0.03), ("铜管", 0.2)), province="浙江", **_OPEN),
    company("C04", "联拓装备", (("铜箔生产设备", 0.5), ("涂布机", 0.4)), province="江苏", **_OPEN),
    company("C05", "海贸实业", (("电解铜箔贸易", 0.6), "有色金属贸易"), province="上海", **_OPEN),
    company(
        "C06",
        "陇中铜箔",
        (("电解铜箔", 0.9),),
        texts={"description": "陇中铜箔是当地的铜箔企业，产品有电解铜箔，供应周边。"},
        province="甘肃",
        **_OPEN,
    ),
    company(
        "C07", "远星铜箔", ("电解铜箔",), province="河南", status="delisted", stock_code="600907", **_OPEN
    ),
    company("C08", "*ST旧铜", (("电解铜箔", 0.4),), province="安徽", stock_code="600908", **_OPEN),
    company("C09", "默言科技", province="福建"),  # nothing but its name
    company(
        "C10",
        "瑞能电池",
        (("锂离子电池", 0.75), ("电池管理系统", 0.15)),
        texts={"description": "公司从事锂离子电池的研发、生产、销售，产品用于电动汽车和储能。"},
        province="福建",
        industry="电力设备/电池/锂电池",
        **_OPEN,
    ),
    company("C11", "正源材料", (("三元正极材料", 0.6), ("三元前驱体", 0.3)), province="湖南", **_OPEN),
    company("C12", "晶膜科技", (("锂电池隔膜", 0.88),), province="云南", **_OPEN),
    company("C13", "膜机重工", (("隔膜涂布设备", 0.7), ("薄膜拉伸生产线", 0.2)), province="湖北", **_OPEN),
    company(
        "C14",
        "白云稀土",
        (("氧化镧", 0.45), ("镧铈合金", 0.2), ("抛光粉", 0.1)),
        texts={"description": "公司分离轻稀土，产品有氧化镧、镧铈合金、抛光粉，供应玻璃行业。"},
        province="内蒙古",
        industry="有色金属/稀土/稀土分离",
        **_OPEN,
    ),
    company("C15", "赣南稀土", (("氧化铈", 0.5), ("氧化镨钕", 0.3)), province="江西", **_OPEN),
    company("C16", "宁磁股份", (("烧结钕铁硼磁体", 0.8), "磁部件"), province="浙江", employees=1200),
    company("C17", "申阀集团", (("闸阀", 0.4), ("球阀", 0.3), ("阀门铸件", 0.1)), province="浙江", **_OPEN),
    company("C18", "核控阀门", (("核电阀门", 0.55), ("调节阀", 0.25)), province="江苏", **_OPEN),
    company("C19", "金薯食品", (("马铃薯全粉", 0.5), ("变性淀粉", 0.3), "薯条"), province="宁夏", **_OPEN),
    company("C20", "康味食品", (("复合调味品", 0.6), ("休闲食品", 0.3)), province="四川", **_OPEN),
    company("C21", "云帆软件", (("工业软件", 0.7), ("数据平台", 0.2)), province="北京", **_OPEN),
    company("C22", "星图软件", (("地理信息系统", 0.6), ("软件外包服务", 0.3)), province="北京", **_OPEN),
    company("C23", "盛合化工", (("聚苯硫醚", 0.5), ("聚碳酸酯", 0.2)), province="山东", **_OPEN),
    company("C24", "立恒机床", (("数控机床", 0.8), "机床配件"), province="辽宁", employees=None, uscc=None),
    company(
        "C25",
        "华晟医药",
        (("中药饮片", 0.5), ("中成药", 0.4)),
        province="安徽",
        tags=(Tag("专精特新", date(2025, 12, 31)), Tag("高新技术企业")),
        founded_on=date(1998, 3, 1),
        reg_capital_wan=12000.5,
        **_OPEN,
    ),
    company("C26", "旧档农机", (("饲草收获机", 0.6),), province="黑龙江", data_year=2020, ownership="state"),
)
BY_ID = {some.id: some for some in COMPANIES}

COPPER_FOIL = Gap(id="G1", need="高档电解铜箔", title="电解铜箔")
# What no company of the base makes, in words that none of them uses.
NOBODY_MAKES = Gap(id="G2", need="民用无人直升飞艇")


def build(folder: Path, companies: tuple[CompanyProfile, ...] = COMPANIES, **how: Any) -> Path:
    """The folder of a release over `companies`, with the hashing embedder and the exact store."""
    how = {"store": "exact", "snapshot": "test-1", "code_version": "0", **how}
    embedder = how.pop("embedder", None) or HashingEmbedder()
    name = how.pop("name", RELEASE)
    build_release(companies, embedder, folder, name, **how)
    return folder / name


def shipped_weights() -> Weights:
    return read_weights(SHIPPED_WEIGHTS)


def weights(prior: float = -3.0, **by_signal: float) -> Weights:
    """Weights of 1 for every signal but those named."""
    return Weights(
        version="test",
        prior=prior,
        weights={name: by_signal.get(name, 1.0) for name in SIGNALS},
        bands={"A": 0.6, "B": 0.35, "C": 0.15},
        card={},
    )


def must(text: str, **more: Any) -> Requirement:
    return Requirement(more.pop("id", text), text, **more)


def gap(*requirements: Requirement, need: str = "", **more: Any) -> Gap:
    return Gap(id="G", need=need, requirements=requirements, **more)


@contextmanager
def disk_full_after(file_bytes: int) -> Iterator[None]:
    """Inside, no file grows beyond `file_bytes`: writing further fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def kept_models_folder(factory: pytest.TempPathFactory) -> Path:
    """Where the default model is unpacked once (15 s) and found again by later test runs of the same user."""
    base = factory.getbasetemp()
    kept = next((folder for folder in base.parents if folder.name.startswith("pytest-of-")), base)
    return kept / "lianzhao-models"


class CountingEmbedder:
    """The hashing embedder, with a list of the texts it was asked for."""

    def __init__(self, dim: int = 64) -> None:
        self._inner = HashingEmbedder(dim)
        self.asked: list[str] = []

    @property
    def fingerprint(self) -> str:
        return f"counting-{self._inner.fingerprint}"

    @property
    def dim(self) -> int:
        return self._inner.dim

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return self._inner.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.asked.extend(texts)
        return self._inner.embed_passages(texts, progress)
