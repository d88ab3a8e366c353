"""What counts as a product name in the corpus, what is mended and what is dropped, each with its reason.

Lines such as 租赁, 贸易, 物业管理 or 材料销售 say little but are real lines of business, so they stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

LONGEST_NAME = 30

# (what for, pattern, replacement), applied in this order. The tables behind the corpus had the words 行业 and
# 产品 cut out wherever they stood, and lists of a licence cut at every comma.
REPAIRS: list[tuple[str, re.Pattern[str], str]] = [
    ("quotation mark", re.compile(r"[\"“”]"), ""),
    (
        "word 行业 was cut out of 银行业务, 投行业务, 发行业务",
        re.compile(r"(?<=银)务$|(?<=^[投发])务$"),
        "行业务",
    ),
    ("word 产品 was cut out of 农产品", re.compile(r"^农(?=(销售|批发|贸易|生产|加工|交易))"), "农产品"),
    ("word 产品 was cut out of 副产品", re.compile(r"(?<!刹车)副$"), "副产品"),
    ("number of a list", re.compile(r"^\d{0,2}[.．)）、]\s*(?=[^\d])|^[①-⑳]"), ""),
    ("class number of a medical device", re.compile(r"^68\d{2}(?=\D)"), ""),
    ("percent sign without its number", re.compile(r"^[%％]"), ""),
    ("licence formula", re.compile(r"^许可证?范围内?(的)?"), ""),
    ("bound without its number", re.compile(r"^(寸|米|[A-Za-z]{1,2})?以[上下](?!产品|范围|仅|$)寸?"), ""),
    ("permitted quantity", re.compile(r"\d[\d.]*万?(吨|t)(/[a年])?$"), ""),
    ("trailing 等", re.compile(r"等$"), ""),
]
STRAY_MARKS = " .,;:*·/\x7f"

_REGION = (
    "国内外?|国外|境内外?|境外|海外|内销|外销|出口|进口|中国(大陆)?|港澳台|香港|澳门|台湾|华[东南西北中]|东北|西[南北]"
    "|亚洲|欧洲|欧美|[南北]?美洲|[南北]美|非洲|大洋洲|美国|日本|韩国|印度|德国|[省市疆]内|[省疆]外"
)
_REGION_TAIL = "地区|市场|业务|分部|销售|公司|子公司|部分|板块|收入|经营"

# (why it is no product, pattern searched in the mended name); the first that fits is the reason.
NOT_PRODUCTS: list[tuple[str, re.Pattern[str]]] = [
    (
        "accounting line: eliminations, balancing, unallocated amounts, subtotals, costs and gains",
        re.compile(
            r"抵[销銷消减]|^平衡项目|^调整项目?$|未分配|追溯调整|[合小]计$|^其中(?!间)|公允价值|减值|汇兑损益"
            r"|投资(损益|收益)$|^(销售|服务性|营业)?成本$|^(销售|管理|财务)费用$|^收[益入]$|处置收益$"
            r"|(公司|集团|管理|业务|企业)总部|^总部|总部$"
        ),
    ),
    (
        "rest line or word that names nothing",
        re.compile(
            r"^(其[他它余]?(业务|产品|服务|收入|项目|主营业务|补充|行业|销售|类|系统|主营)?(\(.*\))?"
            r"|(非)?主营(业务|产品)?(收入)?|产品|业务|行业|项目|自[产制有营]|外购|系列|一般|营业|公司|分部|类|类别"
            r"|许可|内部研发|内部|#?地块)$|以[上下]$"
        ),
    ),
    (
        "sector word in place of a product",
        re.compile(
            r"^(工业|制造业|服务业|加工业|加工制造业|生产制造业?|工商业|制造(业务|分部|类)|生产类)$|行业$"
        ),
    ),
    ("region or direction of sale", re.compile(rf"^({_REGION})({_REGION_TAIL})?$")),
    ("leaves something out instead of naming it", re.compile(r"^不含")),
    (
        "second half of a name cut at 及, 和 or 与",
        re.compile(r"^其(?![他它余])|^[及与或]|^和(?![谐田平泰润源])|^并(?![网线联条轴购表环])"),
    ),
    (
        "clause of a licence, not a product",
        re.compile(
            r"登记|核准|审批|法规|国务院|规定|禁止|除外|资质证|配额|批准|为导向|竞争力|不得|方可|依法|依[照据]"
            r"|存续期|备案|许可(证|事项|审批)|经营范围|三来一补|四技|举办|设立|^[内下]设|分支机构|本(企业|公司|单位)"
            r"|所需|上述|^以上|仅限|(有关|国家|在|范围)法律$|^法律$|以工商|相关程序|程序$|与(其|公司)?实力"
            r"|^为(企业|本|航)|^在(?!线)"
        ),
    ),
    (
        "composition or flash point of a licensed chemical",
        re.compile(r"[≥≤＞＜<>∮℃]|^含(量|水|氨|有效|乙酸|过氧|出口)"),
    ),
    (
        "chemical name cut at its comma",
        re.compile(
            r"^[-—'’]|^\d?['’]?[-—][二三四五六]|^\d[-—]?(环氧|丁二烯|己二胺|乙醇$|吡唑$)|[-—]$|^[\W_]+$"
        ),
    ),
    ("unit or hazard class", re.compile(r"^[\d.]*([MKk]W|[Kk]V|KVA|mm|mg|pH|P\.O)$|^[\d.]+$|^\d类")),
    ("bracket without its partner", re.compile(r"^[^(]*\)|\([^)]*$|^[^《]*》|《[^》]*$|[【】]")),
]
# A single character is kept where it is an element or a commodity; 公, 单, 体 are leftovers of cut phrases.
ONE_CHARACTER_PRODUCTS = frozenset(
    "钛硼镁氯氢铌钒氦氖锑锆砷锡铜锌硅铬锗钽钨钼铅锰铂硫苯氨氧氮氩金银镍钴铝铁钢煤茶酒纸糖棉盐箔膜酶酚棕"
)


def mended_name(raw: str, counts: Counter[str]) -> str:
    """`raw` in one writing (width, blanks, marks), with what the corpus cut out put back.

    `counts` is told which repairs were made.
    """
    name = re.sub(r"^[①-⑳]", "", raw.strip())
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip(STRAY_MARKS)
    for reason, pattern, replacement in REPAIRS:
        name, changes = pattern.subn(replacement, name)
        if changes:
            counts[f"mended: {reason}"] += 1
    return name.strip(STRAY_MARKS)


def rejection_of(name: str) -> str | None:
    """Why the mended `name` is no product, or None when it is one."""
    if not name:
        return "nothing left of the name"
    if len(name) > LONGEST_NAME:
        return f"longer than {LONGEST_NAME} characters"
    if len(name) == 1 and name not in ONE_CHARACTER_PRODUCTS:
        return "single character that names nothing"
    return next((reason for reason, pattern in NOT_PRODUCTS if pattern.search(name)), None)
