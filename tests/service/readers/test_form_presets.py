"""Presets: the shipped ones are right, and a wrong one is told with all its faults."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.errors import NotFound
from service.readers.form_presets import (
    InvalidPreset,
    get_form_preset,
    list_form_presets,
    parse_form_preset,
)
from service.shipped import form_preset_paths

OFFICIAL = [
    "序号", "产业链", "链条环节", "缺口类型", "企业名称", "统一社会信用代码", "所在地", "企业性质", "规模",
    "资质荣誉（有效期）", "主营产品", "匹配档次", "匹配得分", "匹配理由", "证据摘录",
    "待核实事项", "投资动向", "拟合作内容", "对接渠道",
    "包抓领导", "责任单位", "责任人", "对接进展", "下一步工作", "完成时限",
    "风险提示", "数据截至日期", "备注",
]  # fmt: skip


def test_shipped_presets_are_the_official_forms() -> None:
    assert {preset.name for preset in list_form_presets(form_preset_paths())} == {
        "目标企业清单", "活动邀请名单", "缺链补链清单", "对接台账", "一企一页", "对接提纲", "产业链作战图",
    }  # fmt: skip
    columns = get_form_preset(form_preset_paths(), "目标企业清单").columns
    assert [column.title for column in columns] == OFFICIAL


def test_preset_is_found_by_code_and_by_name_in_both_languages() -> None:
    for name in ("follow-up-ledger", "对接台账", "Follow-up ledger"):
        assert get_form_preset(form_preset_paths(), name).code == "follow-up-ledger"
    with pytest.raises(NotFound, match="there are chain-map"):
        get_form_preset(form_preset_paths(), "台账")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda c: c["columns"][1].update(field="company.phone"), "'company.phone' is no field"),
        (lambda c: c["columns"][1].update(editable=True), "cannot be edited"),
        (lambda c: c["columns"][1].update(width=2), r"columns\[1\].width: 2"),
        (lambda c: c["columns"][1].update(title="序号"), "'序号' stands 2 times"),
        (lambda c: c.update(rows="gaps"), "is nothing of a row of gaps"),
        (lambda c: c.update(layout="company-page"), "neither layout nor blocks"),
        (lambda c: c.update(colour="red"), "colour: 'red': this field is not known"),
        (lambda c: c.pop("columns"), "a workbook has columns"),
    ],
)
def test_wrong_preset_is_told_with_its_place(spoil: Any, told: str) -> None:
    path = next(path for path in form_preset_paths() if path.stem == "follow-up-ledger")
    content = copy.deepcopy(yaml.safe_load(path.read_text(encoding="utf-8")))
    spoil(content)
    with pytest.raises(InvalidPreset, match=told):
        parse_form_preset(content, path.name)


def test_two_presets_of_one_code_are_refused(tmp_path: Path) -> None:
    path = form_preset_paths()[0]
    copied = tmp_path / "own.yaml"
    copied.write_bytes(path.read_bytes())
    with pytest.raises(InvalidPreset, match="another file has this code"):
        list_form_presets([path, copied])
