"""Needs in words, and the requirements a reader would take from them."""

from __future__ import annotations

import pytest

from matching.errors import EmptyNeed
from matching.need import core_term, parse_need, requirements_of
from matching.records import Gap, Requirement

# Each need with (text, level, weight) of the requirements worked out by hand.
ITEM, CLASS, USE, QUALITY = 1.0, 0.5, 0.3, 0.2
CASES: list[tuple[str, list[tuple[str, str, float]]]] = [
    ("高档电解铜箔", [("高档电解铜箔", "must", ITEM)]),
    # An enumeration with the class that sums it up.
    (
        "丁基橡胶、乙丙橡胶等国内紧缺橡胶及橡胶制品",
        [
            ("丁基橡胶", "must", ITEM),
            ("乙丙橡胶", "must", ITEM),
            ("国内紧缺橡胶", "must", CLASS),
            ("橡胶制品", "must", CLASS),
        ],
    ),
    ("永磁电机等的装备", [("永磁电机", "must", ITEM), ("装备", "must", CLASS)]),
    # Verbs and endings say nothing of the product.
    ("引进一批锂电池隔膜生产企业", [("锂电池隔膜", "must", ITEM)]),
    ("积极引进培育风电叶片龙头企业", [("风电叶片", "must", ITEM)]),
    ("希望寻找若干中药饮片加工企业", [("中药饮片", "must", ITEM)]),
    ("电解铜箔的研发和生产企业", [("电解铜箔的研发", "must", ITEM)]),
    # A clause that names a use is a condition that a company need not state.
    (
        "铜箔，用于锂电池、印制电路板",
        [("铜箔", "must", ITEM), ("锂电池", "should", USE), ("印制电路板", "should", USE)],
    ),
    ("新型传感器，提升石化装备智能化", [("新型传感器", "must", ITEM), ("石化装备智能化", "should", USE)]),
    # A quality is a capability.
    ("催化剂，高活性", [("催化剂", "must", ITEM), ("高活性", "should", QUALITY)]),
    # A label names the class.
    (
        "人用疫苗：结合疫苗、肺炎疫苗",
        [("人用疫苗", "should", CLASS), ("结合疫苗", "must", ITEM), ("肺炎疫苗", "must", ITEM)],
    ),
    # Brackets.
    ("聚苯硫醚（PPS）", [("聚苯硫醚", "must", ITEM), ("PPS", "must", ITEM)]),
    (
        "聚碳酸酯（光学级、阻燃级）",
        [("聚碳酸酯", "must", ITEM), ("光学级", "should", QUALITY), ("阻燃级", "should", QUALITY)],
    ),
    ("阀门(闸阀和球阀)", [("阀门", "must", ITEM), ("闸阀", "must", ITEM), ("球阀", "must", ITEM)]),
    # 和, 与, 及 and 或 join, but not inside words.
    ("丁苯橡胶和顺丁橡胶", [("丁苯橡胶", "must", ITEM), ("顺丁橡胶", "must", ITEM)]),
    ("催化剂与助剂以及引发剂", [("催化剂", "must", ITEM), ("助剂", "must", ITEM), ("引发剂", "must", ITEM)]),
    ("氧化镧或氧化铈", [("氧化镧", "must", ITEM), ("氧化铈", "must", ITEM)]),
    ("碳纤维及其复合材料", [("碳纤维", "must", ITEM), ("复合材料", "must", ITEM)]),
    ("不饱和聚酯树脂", [("不饱和聚酯树脂", "must", ITEM)]),
    ("调和油、中和剂", [("调和油", "must", ITEM), ("中和剂", "must", ITEM)]),
    ("和田玉雕件", [("和田玉雕件", "must", ITEM)]),
    ("普及型数控机床", [("普及型数控机床", "must", ITEM)]),
    # 等 inside words is no “and so on”.
    ("等静压石墨", [("等静压石墨", "must", ITEM)]),
    ("等离子喷涂设备", [("等离子喷涂设备", "must", ITEM)]),
    (
        "半轴、等速万向节等汽车零部件",
        [("半轴", "must", ITEM), ("等速万向节", "must", ITEM), ("汽车零部件", "must", CLASS)],
    ),
    ("马铃薯等速冻食品", [("马铃薯", "must", ITEM), ("速冻食品", "must", CLASS)]),
    # A class in the middle sums up what stands before it, the next enumeration is sought again.
    (
        "丁基橡胶等橡胶、铜管和铜排等铜材",
        [
            ("丁基橡胶", "must", ITEM),
            ("橡胶", "must", CLASS),
            ("铜管", "must", ITEM),
            ("铜排", "must", ITEM),
            ("铜材", "must", CLASS),
        ],
    ),
    # A label that says only that something is needed names nothing.
    ("需求：电解铜箔", [("电解铜箔", "must", ITEM)]),
    ("技术需求：锂电池隔膜", [("锂电池隔膜", "must", ITEM)]),
    ("招商方向：铜管", [("铜管", "must", ITEM)]),
    # Elements have names of one character; other single characters are no things.
    ("铜", [("铜", "must", ITEM)]),
    ("镧、铈", [("镧", "must", ITEM), ("铈", "must", ITEM)]),
    # Modifiers of one kind share the head of the last.
    ("全液压与高气压潜孔钻", [("全液压潜孔钻", "must", ITEM), ("高气压潜孔钻", "must", ITEM)]),
    ("立式、卧式加工中心", [("立式加工中心", "must", ITEM), ("卧式加工中心", "must", ITEM)]),
    ("高压开关柜与变压器", [("高压开关柜", "must", ITEM), ("变压器", "must", ITEM)]),
    # Products that begin like a verb or a use.
    ("服务器", [("服务器", "must", ITEM)]),
    ("服务机器人", [("服务机器人", "must", ITEM)]),
    ("提升机、输送机", [("提升机", "must", ITEM), ("输送机", "must", ITEM)]),
    ("促进剂、防老剂", [("促进剂", "must", ITEM), ("防老剂", "must", ITEM)]),
    ("培育钻石", [("培育钻石", "must", ITEM)]),
    ("拟除虫菊酯", [("拟除虫菊酯", "must", ITEM)]),
    # What is said twice is asked once.
    ("铜箔、铜管、铜 箔", [("铜箔", "must", ITEM), ("铜管", "must", ITEM)]),
    # Without a product, what is left is what is sought.
    ("用于锂电池", [("锂电池", "must", ITEM)]),
    ("高活性", [("高活性", "must", ITEM)]),
    ("Copper Foil", [("Copper Foil", "must", ITEM)]),
]


@pytest.mark.parametrize(("need", "expected"), CASES, ids=[need for need, _ in CASES])
def test_a_need_gives_the_requirements_a_reader_takes_from_it(
    need: str, expected: list[tuple[str, str, float]]
) -> None:
    parsed = parse_need(need)
    assert [(r.text, r.level, r.weight) for r in parsed] == expected
    assert [r.id for r in parsed] == [f"R{n}" for n in range(1, len(expected) + 1)]


@pytest.mark.parametrize("need", ["", " ", "。。；", "企业", "引进", "的", "（）", "、、"])
def test_a_need_without_a_word_to_match_is_refused_with_advice(need: str) -> None:
    with pytest.raises(EmptyNeed, match=r"write what is sought, for example 高档电解铜箔"):
        parse_need(need)


def test_facets_follow_what_a_clause_says() -> None:
    facets = [r.facet for r in parse_need("催化剂、高活性，用于炼油")]
    assert facets == ["product", "capability", "condition"]


def test_the_thing_itself_is_a_synonym_of_its_finer_name() -> None:
    (requirement,) = parse_need("高档电解铜箔")
    assert requirement.synonyms == ("电解铜箔",)
    assert parse_need("铜箔")[0].synonyms == ()


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("高档电解铜箔", "电解铜箔"),
        ("变性淀粉深加工", "变性淀粉"),
        ("高性能高端钕铁硼", "钕铁硼"),
        ("国内紧缺的橡胶", "橡胶"),
        ("肺炎疫苗研发生产", "肺炎疫苗"),
        ("各类阀门系列产品", "阀门"),
        ("电解铜箔的研发", "电解铜箔"),
        ("电解铜箔", "电解铜箔"),
        # Never shorter than two characters.
        ("新型膜", "新型膜"),
        ("智能", "智能"),
        ("加工", "加工"),
        ("", ""),
    ],
)
def test_the_core_of_a_term_is_the_thing_without_praise_and_making(text: str, core: str) -> None:
    assert core_term(text) == core


def test_requirements_of_a_curator_stand_as_they_are() -> None:
    own = (Requirement("Q1", "引进铜箔企业", level="should"),)
    assert requirements_of(Gap("G", "阀门", own)) == own


def test_a_gap_without_requirements_has_those_of_its_need() -> None:
    assert [r.text for r in requirements_of(Gap("G", "阀门"))] == ["阀门"]


def test_requirements_without_words_do_not_hide_the_need() -> None:
    blank = (Requirement("Q1", " "),)
    assert [r.text for r in requirements_of(Gap("G", "阀门", blank))] == ["阀门"]
    with pytest.raises(EmptyNeed):
        requirements_of(Gap("G", "", blank))


def test_and_above_is_no_joint() -> None:
    assert [r.text for r in parse_need("110kV及以上变电站及开关设备")] == ["110kV及以上变电站", "开关设备"]
