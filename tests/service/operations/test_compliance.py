"""The fair-competition check on the shipped rules: what must be found, and look-alikes that must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from service.compliance_records import ComplianceFinding, ComplianceRules
from service.operations.compliance import check_text, list_excused
from service.readers.compliance_rules import parse_compliance_rules, read_compliance_rules
from service.shipped import chain_profile_paths, compliance_rules_path
from tests.service.operations.compliance_phrases import (
    FIFTH_ILLEGAL,
    FIFTH_LEGAL,
    FIRST_ILLEGAL,
    FIRST_LEGAL,
    FOURTH_ILLEGAL,
    FOURTH_LEGAL,
    SECOND_ILLEGAL,
    SECOND_LEGAL,
    SEED,
    THIRD_ILLEGAL,
    THIRD_LEGAL,
)

ILLEGAL = [*FIRST_ILLEGAL.items(), *SECOND_ILLEGAL.items(), *THIRD_ILLEGAL.items()]
MORE_ILLEGAL = [*FOURTH_ILLEGAL, *FIFTH_ILLEGAL]
LEGAL = [*FIRST_LEGAL, *SECOND_LEGAL, *THIRD_LEGAL, *FOURTH_LEGAL, *FIFTH_LEGAL]


@pytest.fixture(scope="module")
def rules() -> ComplianceRules:
    return read_compliance_rules(compliance_rules_path())


@pytest.fixture(scope="module")
def chain_texts() -> list[tuple[str, str]]:
    """Where and what: all texts of the shipped chain profiles but the quotes of the policy."""
    return [
        (f"{path.name} {key}", text)
        for path in chain_profile_paths()
        for key, text in _texts(yaml.safe_load(path.read_text(encoding="utf-8")), "")
        if not key.endswith(".quote")
    ]


def _texts(node: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield key, node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _texts(value, f"{key}.{name}")
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, key)


def ids(findings: list[ComplianceFinding]) -> list[str]:
    return [finding.rule.id for finding in findings]


def test_rebate_of_the_seed_is_blocked_with_its_clause(rules: ComplianceRules) -> None:
    text = f"全面落实国家相关增值税、企业所得税等税收优惠政策，{SEED}；引导金融机构创新。"
    (finding,) = check_text(text, rules)
    assert finding.clause == "《公平竞争审查条例》第十条第一项"
    assert finding.severity == "blocked"
    assert finding.quote == "对重点领域和骨干企业实行税收返还政策"
    assert finding.matched == "税收返还"
    assert text[finding.start : finding.end] == finding.quote


@pytest.mark.parametrize(("phrase", "clause"), ILLEGAL, ids=[phrase for phrase, _ in ILLEGAL])
def test_illegal_phrase_is_found_with_its_clause(phrase: str, clause: str, rules: ComplianceRules) -> None:
    assert any(clause in finding.clause for finding in check_text(phrase, rules))


@pytest.mark.parametrize("phrase", MORE_ILLEGAL)
def test_further_illegal_phrase_is_found(phrase: str, rules: ComplianceRules) -> None:
    assert check_text(phrase, rules)


@pytest.mark.parametrize("phrase", LEGAL)
def test_legal_look_alike_is_passed(phrase: str, rules: ComplianceRules) -> None:
    assert ids(check_text(phrase, rules)) == []


def test_sets_are_as_large_as_was_asked() -> None:
    assert len(FIRST_ILLEGAL) >= 20
    assert len(FIRST_LEGAL) >= 20
    assert {len(SECOND_ILLEGAL), len(SECOND_LEGAL), len(THIRD_ILLEGAL), len(THIRD_LEGAL)} == {15}


def test_gap_texts_and_notes_of_the_shipped_chains_are_clean(
    chain_texts: list[tuple[str, str]], rules: ComplianceRules
) -> None:
    assert len(chain_texts) > 5000
    found = [(where, found.rule.id) for where, text in chain_texts for found in check_text(text, rules)]
    assert found == []


# Negation, prohibition and what ends their force


@pytest.mark.parametrize(
    ("phrase", "context"),
    [
        ("各地不得实行税收返还。", "prohibited"),
        ("清理税收返还政策。", "negated"),
        ("奖励资金不得与企业缴纳的税收挂钩。", "negated-within"),
        ("原有税收返还政策一律停止执行。", "cleaned-up"),
        ("现金流量表列示收到的税收返还。", "accounting"),
        ("中央对地方税收返还和转移支付。", "fiscal-transfer"),
        ("按国家规定落实资源综合利用增值税即征即退。", "national-law"),
        ("按照国务院有关规定，对重点群体创业免征增值税。", "national-basis"),
        ("依法减免房产税。", "lawful"),
        ("对落户企业参加电力直接交易给予电价优惠。", "power-market"),
        ("经公开招标授予某公司特许经营权。", "competitive-award"),
        ("不得限制企业迁出。", "ban-forbidden"),
    ],
)
def test_mention_is_excused_for_the_reason_that_stands_there(
    phrase: str, context: str, rules: ComplianceRules
) -> None:
    assert check_text(phrase, rules) == []
    assert context in {mention.context.id for mention in list_excused(phrase, rules)}


@pytest.mark.parametrize(
    "phrase",
    [
        "严禁地方保护，对骨干企业给予税收返还。",
        "不得拖延兑现对链主企业的税收返还。",
        "给予不得低于地方留成50%的税收返还。",
        "取消门槛，对落户企业实行税收返还。",
        "在落实国家税收政策基础上对骨干企业另行实行税收返还。",
        "不得收取费用，但可对骨干企业实行税收返还。",
        "清理闲置土地。对骨干企业实行税收返还。",
        "不得收取费用；对骨干企业实行税收返还。",
    ],
)
def test_prohibition_of_something_else_excuses_nothing(phrase: str, rules: ComplianceRules) -> None:
    assert "tax-rebate" in ids(check_text(phrase, rules))


def test_ban_on_leaving_is_no_prohibition_that_excuses(rules: ComplianceRules) -> None:
    assert ids(check_text("企业五年内不得迁出本市。", rules)) == ["block-relocation"]
    assert check_text("不得对企业迁出设置障碍。", rules) == []


def test_excused_mention_does_not_hide_another_in_the_same_sentence(rules: ComplianceRules) -> None:
    text = "各地不得实行税收返还，但可对骨干企业实行税收返还。"
    (finding,) = check_text(text, rules)
    assert finding.quote == "但可对骨干企业实行税收返还"


# Enumerations


def test_head_of_an_enumeration_governs_its_items(rules: ComplianceRules) -> None:
    line = "不得有下列行为：（一）以零地价出让土地；（二）对特定企业实行税收返还。"
    lines = "不得有下列行为：\n（一）以零地价出让土地；\n（二）对特定企业实行税收返还。\n"
    assert check_text(line, rules) == []
    assert check_text(lines, rules) == []


def test_head_ends_where_the_numbering_changes(rules: ComplianceRules) -> None:
    text = "（一）严禁下列行为：\n1.以零地价出让土地；\n2.违规收费。\n（二）对骨干企业实行税收返还。"
    assert [finding.quote for finding in check_text(text, rules)] == ["对骨干企业实行税收返还"]


def test_head_that_allows_excuses_nothing(rules: ComplianceRules) -> None:
    assert ids(check_text("采取下列措施：\n（一）零地价供地。", rules)) == ["land-price"]


# What is read and where it stands


def test_blanks_quotes_and_full_width_forms_hide_nothing(rules: ComplianceRules) -> None:
    text = "对 “链主”企业实行 税 收 返 还 ８０％。"
    (finding,) = check_text(text, rules)
    assert finding.rule.id == "tax-rebate"
    assert (finding.start, finding.end) == (0, len(text) - 1)


def test_comma_in_a_number_ends_no_clause(rules: ComplianceRules) -> None:
    (finding,) = check_text("对某公司补助1,000万元。", rules)
    assert finding.quote == "对某公司补助1,000万元"


def test_number_of_an_item_is_not_quoted(rules: ComplianceRules) -> None:
    (finding,) = check_text("（二）实行零地价供地", rules)
    assert (finding.start, finding.quote) == (3, "实行零地价供地")


def test_overlapping_hits_of_a_rule_are_one_finding(rules: ComplianceRules) -> None:
    (finding,) = check_text("土地出让金返还、地价优惠、零地价供地。", rules)
    assert finding.quote == "土地出让金返还、地价优惠、零地价供地"


def test_rule_that_says_less_yields_to_the_one_that_says_more(rules: ComplianceRules) -> None:
    assert ids(check_text("对某集团实行税收返还。", rules)) == ["tax-rebate"]


def test_findings_stand_in_the_order_of_the_text(rules: ComplianceRules) -> None:
    found = check_text("实行零地价供地，税收返还，同等条件下优先采购本地产品。", rules)
    assert ids(found) == ["land-price", "tax-rebate", "local-purchase"]


@pytest.mark.parametrize("text", ["", " \n\u3000", "。。；；，，", "：", "（一）"])
def test_text_without_words_has_no_findings(text: str, rules: ComplianceRules) -> None:
    assert check_text(text, rules) == []


def test_needed_context_must_be_there() -> None:
    content = {
        "format": 1,
        "law": "某条例",
        "in_force_since": "2024-08-01",
        "clauses": [
            {
                "id": "1",
                "cite": "《某条例》第一条",
                "forbids": {"zh": "甲", "en": "A"},
                "verified": True,
                "measures": {"cite": "《某办法》第一条", "verified": False},
            }
        ],
        "contexts": [
            {"id": "firm", "name": {"zh": "企业", "en": "a firm"}, "where": "segment", "pattern": "企业"}
        ],
        "rules": [
            {
                "id": "price",
                "name": {"zh": "价", "en": "price"},
                "clause": "1",
                "severity": "blocked",
                "patterns": ["低价"],
                "needs": ["firm"],
                "advice": {"zh": "删", "en": "Take it out"},
            }
        ],
    }
    rules = parse_compliance_rules(content, "own.yaml")
    assert ids(check_text("给企业低价", rules)) == ["price"]
    assert check_text("给居民低价；企业另议", rules) == []


def test_every_shipped_rule_gives_alarm_somewhere(rules: ComplianceRules) -> None:
    others = [
        "对入驻企业三年免租金。",
        "对链主企业优先安排用地指标。",
        "对龙头企业给予财政奖励。",
        "以资源换产业。",
        "外省企业产品进入我市须经批准后方可销售。",
        "只允许国有企业参与开发。",
        "引导水泥企业协同限产。",
        "规定最低销售价。",
        "对市外企业加收保证金。",
        "对重点企业减免所得税。",
    ]
    found = {
        found.rule.id for text in [*(p for p, _ in ILLEGAL), *others] for found in check_text(text, rules)
    }
    assert {rule.id for rule in rules.rules} - found == set()


def test_unverified_clauses_are_said_to_be_so(rules: ComplianceRules) -> None:
    unverified = {rule.clause.id for rule in rules.rules if not rule.clause.verified}
    assert unverified == {"11.1", "11.3"}


def test_long_line_without_punctuation_is_read_in_time(rules: ComplianceRules, tmp_path: Path) -> None:
    text = "对本地企业给予奖励补贴税收返还不得外地" * 120  # about 2,300 characters in one clause
    assert check_text(text, rules)
