"""The columns of a file of companies: the names we give them and the names they are found under."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from service.i18n import mark
from service.readers.company_issues import Finding, Issue, UnusableFile, issue_at

_NEAREST_CUTOFF = 0.55
_BRACKETED = re.compile(r"[(\[【〔{][^)\]】〕}]*[)\]】〕}]")
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_UNIT = re.compile(r"[(\[【,:/](?:单位:?)?\s*(亿元|万元|亿|万|元|%|百分比)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our field, its header in both languages, other headers it goes by, what belongs in it."""

    field: str
    chinese: str
    english: str
    aliases: str  # parted by blanks; a blank inside one is written _
    meaning: str
    in_template: bool = True


COLUMNS = (
    Column(
        "name",
        "企业名称",
        "Company name",
        "公司名称 单位名称 名称 企业 公司 企业名 公司名 name company enterprise_name",
        mark("Full name as on the business licence. The only column that must be there."),
    ),
    Column(
        "short_name",
        "企业简称",
        "Short name",
        "公司简称 简称 证券简称 股票简称 股票名称 品牌名 short_name abbreviation",
        mark("The name the company is known by, if it is another than its full name."),
    ),
    Column(
        "full_name",
        "企业全称",
        "Full name",
        "公司全称 全称 注册名称 工商名称 法定名称 full_name legal_name registered_name",
        mark("Full name, where the column of names holds short names."),
        in_template=False,
    ),
    Column(
        "former_names",
        "曾用名",
        "Former names",
        "原名 原名称 曾用名称 历史名称 former_name previous_name",
        mark("Earlier names, to find a renamed company again; several joined by 、."),
        in_template=False,
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        "Unified social credit code",
        "信用代码 社会信用代码 统一信用代码 统一代码 统一社会信用代码/注册号 统一社会信用代码/税号 税号 "
        "纳税人识别号 纳税识别号 uscc credit_code social_credit_code tax_id tax_number",
        mark("18 characters, checked by its check character. Keep the column as text."),
    ),
    Column(
        "stock_code",
        "证券代码",
        "Stock code",
        "股票代码 上市代码 股票编码 stock ticker symbol security_code",
        mark("Six digits, for listed companies. Keep the column as text."),
    ),
    Column(
        "exchange",
        "交易所",
        "Exchange",
        "上市交易所 证券交易所 上市地点 上市板块 stock_exchange",
        mark("Where the stock is listed, such as SSE or SZSE."),
        in_template=False,
    ),
    Column(
        "province",
        "省份",
        "Province",
        "省 所在省份 所属省份 注册省份 省市 省(自治区、直辖市) 所在省",
        mark("Such as 甘肃 or 甘肃省."),
    ),
    Column(
        "city",
        "城市",
        "City",
        "市 所在城市 所属城市 地市 所在市 地级市 市州",
        mark("City at prefecture level, such as 兰州市."),
    ),
    Column(
        "place",
        "所在地",
        "Place",
        "所在地区 地区 注册地 注册地址 企业地址 公司地址 地址 所在区域 区域 address location region",
        mark("An address that begins with province and city; used where they have no columns of their own."),
        in_template=False,
    ),
    Column(
        "region_code",
        "行政区划代码",
        "Region code",
        "区划代码 地区代码 行政区划",
        mark("Six digits of GB/T 2260. Found from province and city where it is left out."),
        in_template=False,
    ),
    Column(
        "ownership",
        "企业性质",
        "Ownership",
        "控股类型 所有制 所有制性质 所有制类型 经济性质 公司属性 企业属性 企业类型 公司类型 公司性质 "
        "单位性质",
        mark("民营, 国有, 外资 or 混合."),
    ),
    Column(
        "industry",
        "所属行业",
        "Industry",
        "行业 行业类别 国标行业 行业分类 行业名称 所属产业 行业领域",
        mark("In words; levels joined by /."),
    ),
    Column(
        "products",
        "主营产品",
        "Products",
        "主要产品 产品 产品名称 主导产品 核心产品 主要产品名称 主营产品名称 product main_products",
        mark(
            "Names joined by 、, with their share of revenue in brackets where it is known: "
            "电解铜箔(62%)、铜材(20%)."
        ),
    ),
    Column(
        "product_shares",
        "营收占比",
        "Revenue share",
        "收入占比 占比 产品营收占比 主营产品营收占比 产品收入占比 营业收入占比 主营收入占比 share",
        mark("Shares of revenue in the order of the products, where they are not in brackets: 62%、20%."),
    ),
    Column(
        "main_business",
        "主营业务",
        "Main business",
        "主营 主要业务 业务",
        mark("One or two sentences: what the company makes or does."),
    ),
    Column(
        "business_scope",
        "经营范围",
        "Business scope",
        "业务范围 经营业务范围 scope",
        mark("The business scope of the licence."),
    ),
    Column(
        "description",
        "企业简介",
        "Introduction",
        "公司简介 简介 企业介绍 公司介绍 介绍 描述 description profile",
        mark("What the company says of itself."),
    ),
    Column(
        "products_text",
        "产品介绍",
        "Products in words",
        "产品说明 产品描述 产品简介 products_text",
        mark("Products in sentences."),
        in_template=False,
    ),
    Column(
        "technologies",
        "技术工艺",
        "Technologies",
        "技术 核心技术 工艺技术 关键技术 主要技术 工艺 technology core_technology",
        mark("Processes and technologies it masters."),
    ),
    Column(
        "tags",
        "资质荣誉",
        "Qualifications",
        "资质 荣誉资质 企业资质 资质证书 荣誉 称号 标签 tags honours honors qualification",
        mark("Joined by 、, with their end in brackets: 国家级专精特新小巨人(有效期至2027-06-30)."),
    ),
    Column(
        "employees",
        "员工人数",
        "Employees",
        "员工数 职工人数 从业人数 从业人员 从业人员数 员工总数 参保人数 人数 staff headcount "
        "number_of_employees",
        mark("A whole number."),
    ),
    Column(
        "reg_capital",
        "注册资本",
        "Registered capital",
        "注册资金 注册资本金 reg_capital reg_capital_wan capital",
        mark("In 10,000 yuan (万元) where no unit is given."),
    ),
    Column(
        "founded_on",
        "成立日期",
        "Founded on",
        "成立时间 注册日期 注册时间 设立日期 创立日期 established founded founding_date "
        "date_of_establishment",
        mark("Such as 2009-07-22."),
    ),
    Column(
        "listed_on",
        "上市日期",
        "Listed on",
        "上市时间 listing_date ipo_date listed",
        mark("Such as 2009-07-22."),
    ),
    Column(
        "status",
        "经营状态",
        "Status",
        "登记状态 企业状态 公司状态 状态 存续状态 registration_status reg_status",
        mark("存续, 停业, 吊销, 注销 or 退市."),
        in_template=False,
    ),
    Column(
        "data_year",
        "数据年份",
        "Year of the data",
        "年份 年度 数据年度 year data_year",
        mark("The year the facts speak of, such as 2024."),
    ),
    Column(
        "id",
        "企业编号",
        "Number in the source",
        "编号 企业id 公司编号 id company_id external_id",
        mark("A number that stays the same when the file is imported again. May be left out."),
        in_template=False,
    ),
)
COLUMN_BY_FIELD = {column.field: column for column in COLUMNS}
NAME_FIELDS = ("name", "full_name", "short_name")

# Furniture of office forms, and what our own file of rejected rows adds.
PROBLEM_HEADER, ADVICE_HEADER, RAW_LINE_HEADER = "问题", "处理建议", "原文"
_IGNORED = "序号 no 备注 说明 remark remarks note notes problem what_to_do 问题 处理建议 原文"
_PERSONAL = (
    "联系人 联系人电话 联系电话 联系方式 电话 手机 手机号 手机号码 邮箱 电子邮箱 电子邮件 email 法人 "
    "法人代表 法定代表人 负责人 企业负责人 身份证 身份证号 董事长 总经理 contact contact_person phone "
    "mobile tel legal_representative 微信 qq"
)


def fold_header(header: str) -> str:
    """`header` as headers are compared: width, case, blanks, brackets and marks do not count."""
    return _NOT_IN_NAMES.sub("", unicodedata.normalize("NFKC", header).lower())


def unit_in_header(header: str) -> str | None:
    """The unit that a header states, as in 注册资本(万元) or 营收占比(%)."""
    text = unicodedata.normalize("NFKC", header).lower()
    if fold_header(header) == "regcapitalwan":
        return "万元"
    found = _UNIT.search(text)
    return found[1] if found else None


def field_for(header: str) -> str | None:
    """The field that `header` names, or None where none is known under it."""
    names = _names()
    folded = unicodedata.normalize("NFKC", header)
    for form in (folded, _BRACKETED.sub("", folded)):
        found = names.get(fold_header(form))
        if found:
            return found
    return None


def nearest_column(header: str) -> Column | None:
    """The known column whose name is most like `header`, or None where none is like it."""
    names = _names()
    near = difflib.get_close_matches(fold_header(header), names, n=1, cutoff=_NEAREST_CUTOFF)
    return COLUMN_BY_FIELD[names[near[0]]] if near else None


@dataclass(slots=True)
class ColumnMatch:
    """Which header is which field. Headers may be asked for as they turn up; an unknown one is noted once."""

    header_row: int
    chosen: Mapping[str, str | None] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    fields: dict[str, str | None] = field(default_factory=dict)

    def field_of(self, header: str) -> str | None:
        """The field of `header`, None where it is not imported."""
        if header not in self.fields:
            self.fields[header] = self._match(header)
        return self.fields[header]

    @property
    def mapping(self) -> dict[str, str]:
        """Header → field, of the headers that are imported."""
        return {header: name for header, name in self.fields.items() if name}

    def _match(self, header: str) -> str | None:
        if header in self.chosen:
            return self.chosen[header] or None
        found = field_for(header)
        if found and found in self.chosen.values():
            return None  # the mapping gave this field to another column
        folded = fold_header(header)
        if found is None and folded and folded not in _folded(_IGNORED):
            self._note(header, _unknown(header, folded))
        return found

    def _note(self, header: str, finding: Finding) -> None:
        self.issues.append(issue_at(self.header_row, header, header, finding))


def match_columns(
    file_name: str,
    headers: Sequence[str],
    header_row: int,
    mapping: Mapping[str, str | None] | None = None,
    *,
    is_table: bool = True,
) -> ColumnMatch:
    """The fields of `headers`; `mapping` (header → field, None for none) goes before what is recognised.

    In a table one field has one column: a second one is noted and left out.
    Raises UnusableFile where no column holds a name, or the mapping does not fit.
    """
    match = ColumnMatch(header_row, chosen=_checked_mapping(file_name, headers, mapping or {}, is_table))
    first: dict[str, str] = {}
    for header in headers:
        name = match.field_of(header)
        if name and is_table and name in first:
            match.fields[header] = None
            match.issues.append(
                issue_at(header_row, header, header, Finding("column_twice", {"first": first[name]}))
            )
        elif name:
            first[name] = header
    if not any(name in first for name in NAME_FIELDS):
        raise UnusableFile(file_name, "no_name_column", row=header_row, headers=_listed(headers))
    return match


def count_known(headers: Sequence[str]) -> int:
    """How many of `headers` are known, or 0 where none of them holds a name: then it is no header row."""
    found = {field_for(header) for header in headers if header} - {None}
    return len(found) if found.intersection(NAME_FIELDS) else 0


def _checked_mapping(
    file_name: str, headers: Sequence[str], mapping: Mapping[str, str | None], is_table: bool
) -> dict[str, str | None]:
    for header, name in mapping.items():
        if is_table and header not in headers:
            raise UnusableFile(file_name, "mapping_header", header=header, headers=_listed(headers))
        if name and name not in COLUMN_BY_FIELD:
            known = ", ".join(COLUMN_BY_FIELD)
            raise UnusableFile(file_name, "mapping_field", header=header, field=name, fields=known)
    return dict(mapping)


def _unknown(header: str, folded: str) -> Finding:
    if folded in _folded(_PERSONAL):
        return Finding("personal_column")
    near = nearest_column(header)
    if near is None:
        return Finding("unlike_column")
    return Finding("unknown_column", {"nearest": f"{near.chinese} ({near.english})"})


def _listed(headers: Sequence[str]) -> str:
    shown = [header for header in headers if header]
    rest = f" … (+{len(shown) - 40})" if len(shown) > 40 else ""
    return (", ".join(header[:40] for header in shown[:40]) + rest) or "-"


@cache
def _names() -> dict[str, str]:
    """Folded header → field."""
    names: dict[str, str] = {}
    for column in COLUMNS:
        for name in (column.chinese, column.english, column.field, *column.aliases.split()):
            names.setdefault(fold_header(name), column.field)
    return names


@cache
def _folded(headers: str) -> frozenset[str]:
    return frozenset(fold_header(header) for header in headers.split())
