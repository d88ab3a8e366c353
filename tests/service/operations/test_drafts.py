from __future__ import annotations

import pytest

from service.operations.drafts import DraftGap, draft_chains


def gaps(sentence: str) -> list[DraftGap]:
    return [gap for chain in draft_chains(sentence) for gap in chain.gaps]


def drafted(sentence: str) -> list[tuple[str, list[str]]]:
    return [(gap.kind, [item.text for item in gap.requirements]) for gap in gaps(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("重点发展电解铜箔、铜板带等产品。", [("fill", ["电解铜箔", "铜板带"])]),
        ("引进铝箔、铝杆生产企业。", [("fill", ["铝箔", "铝杆"])]),
        (
            "积极开发和引进氟硅橡胶、异戊橡胶等高性能橡胶。",
            [("fill", ["氟硅橡胶", "异戊橡胶", "高性能橡胶"])],
        ),
        ("延伸发展白铜管、冷凝管。", [("extend", ["白铜管", "冷凝管"])]),
        ("拓展聚乙烯、聚丙烯等烯烃牌号。", [("extend", ["聚乙烯", "聚丙烯", "烯烃牌号"])]),
        ("配套发展催化剂和引发剂。", [("supporting", ["催化剂", "引发剂"])]),
        ("做大做强电磁线、特种电缆等产品。", [("strengthen", ["电磁线", "特种电缆"])]),
        ("扩大碳纤维原丝生产能力。", [("strengthen", ["碳纤维原丝"])]),
        ("突破铜箔轧制、表面处理等关键技术。", [("talent", ["铜箔轧制", "表面处理"])]),
        ("攻克主轴轴承、丝杠等部件。", [("strengthen", ["主轴轴承", "丝杠"])]),
        ("在加氢、氧化等关键技术方面实现突破。", [("talent", ["加氢", "氧化"])]),
        ("由氯碱化工向电子化学品、含氟材料转变。", [("extend", ["电子化学品", "含氟材料"])]),
        ("打造西部重要的真空装备制造基地。", [("strengthen", ["真空装备"])]),
        ("与电池企业、汽车企业深度合作。", [("extend", ["电池", "汽车"])]),
        ("建设聚碳酸酯、PBT（聚酯）项目。", [("fill", ["聚碳酸酯", "PBT"])]),
        ("补链：招引偏光片、靶材生产企业。", [("fill", ["偏光片", "靶材"])]),
        ("强链：发展面板、模组。", [("strengthen", ["面板", "模组"])]),
    ],
)
def test_verb_gives_the_kind_and_the_enumeration_the_requirements(
    sentence: str, expected: list[tuple[str, list[str]]]
) -> None:
    assert drafted(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "打造千亿元铜铝合金及深加工产业链。",
        "依托资源优势和产业基础。",
        "提高企业核心竞争力和产业层次。",
        "推进环保技改搬迁、600万吨改扩建等重点工程。",
        "形成具有国际竞争力的产业集群。",
        "通过兼并、重组等方式组建大型企业集团。",
        "培育一批有自主创新能力和品牌效应的骨干企业。",
        "发展高技术、高附加值产品。",
        "",
        "。。。",
    ],
)
def test_aims_means_and_general_words_become_no_gap(sentence: str) -> None:
    assert drafted(sentence) == []


def test_enumeration_goes_on_over_commas_in_one_gap() -> None:
    text = "延伸发展水性树脂、聚氨酯等材料，氟树脂、弹性树脂等合成树脂，打造千亿元化工产业链。"
    (gap,) = gaps(text)
    assert [item.text for item in gap.requirements] == [
        "水性树脂",
        "聚氨酯",
        "氟树脂",
        "弹性树脂",
        "合成树脂",
    ]
    assert text[gap.start : gap.end] == "延伸发展水性树脂、聚氨酯等材料，氟树脂、弹性树脂等合成树脂"


def test_uses_are_conditions_of_the_thing_used() -> None:
    (gap,) = gaps("推动碳纤维制品在高铁、船舶等领域的普及应用。")
    assert gap.kind == "extend"
    assert [(item.text, item.facet) for item in gap.requirements] == [
        ("碳纤维制品", "product"),
        ("高铁", "condition"),
        ("船舶", "condition"),
    ]


@pytest.mark.parametrize(
    ("sentence", "facets"),
    [
        ("研发铜箔轧制技术。", ["technology"]),
        ("发展铜冶炼、铝箔。", ["process", "product"]),
        ("发展康复服务、冷链物流。", ["capability", "capability"]),
    ],
)
def test_ending_says_what_facet_a_requirement_is_of(sentence: str, facets: list[str]) -> None:
    assert [item.facet for gap in gaps(sentence) for item in gap.requirements] == facets


def test_gap_is_named_after_the_class_else_after_its_first_things() -> None:
    assert gaps("发展氟硅橡胶、异戊橡胶等高性能橡胶。")[0].title == "高性能橡胶"
    assert gaps("发展铝箔、铝杆。")[0].title == "铝箔、铝杆"
    assert gaps("发展铝箔、铝杆、铝板、铝管。")[0].title == "铝箔、铝杆、铝板等"


def test_a_thing_named_twice_in_a_chain_is_drafted_once() -> None:
    assert drafted("重点发展铝箔、铝杆。开发铝箔、铝板。") == [
        ("fill", ["铝箔", "铝杆"]),
        ("fill", ["铝板"]),
    ]


def test_gap_leans_on_the_enterprises_of_its_sentence_or_of_the_one_before() -> None:
    text = "依托金川公司等骨干企业，发展铝箔。开发铝杆。引进铝板。"
    assert [gap.anchors for gap in gaps(text)] == [("金川公司",), ("金川公司",), ()]


def test_enterprise_before_its_product_is_no_part_of_the_requirement() -> None:
    text = "扩大玉门石化特种润滑产品生产规模。"
    (chain,) = draft_chains(text)
    assert [anchor.name for anchor in chain.anchors] == ["玉门石化"]
    assert [item.text for item in chain.gaps[0].requirements] == ["特种润滑产品"]


def test_chain_without_a_heading_is_named_after_its_aim() -> None:
    (chain,) = draft_chains("重点发展铝箔，打造千亿元铝加工产业链。")
    assert (chain.name, chain.section) == ("铝加工", "")
    assert chain.target is not None
    assert chain.target.output_yi == 1000


def test_text_that_asks_for_nothing_gives_no_chain() -> None:
    assert draft_chains("会议听取了汇报。") == []
