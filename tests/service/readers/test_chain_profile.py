"""A chain profile file is read whole, or answered with every problem: file, path, value, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from service.errors import InvalidInput, InvalidProfile, ProfileProblem
from service.readers.chain_profile import parse_chain_profile, read_chain_profile
from service.shipped import chain_profile_paths

PROFILE = """\
format: 1
code: C05
name: 稀土功能材料
name_en: Rare-earth materials
document: gansu-industrial-chain-opinion
target:
  output_class: 百亿
  output_yi: 100
  year: 2020
  ref: {section: 二（五）, quote: 做强百亿元稀土功能材料及其应用产业链}
summary: 由稀土分离产品转向稀土功能材料。
links:
  - {code: C05-L01, name: 稀土冶炼分离, name_en: Separation, position: upstream, feeds: [C05-L02]}
  - {code: C05-L02, name: 稀土金属, name_en: Metals, position: midstream}
anchors:
  - name: 甘肃稀土公司
    place: 白银市
    role: 骨干企业
    links: [C05-L01]
    ref: {section: 二（五）, quote: 依托甘肃稀土公司等骨干企业}
sites:
  - name: 兰州新区
    place: 兰州市
    ref: {section: 二（五）, quote: 兰州新区}
gaps:
  - code: C05-G01
    title: 稀土冶炼分离提升
    title_en: Better separation
    kind: strengthen
    link: C05-L01
    need: 引进稀土冶炼分离企业。
    requirements:
      - {id: R1, text: 稀土冶炼分离, facet: process, weight: 2, synonyms: [稀土分离]}
      - {id: R2, text: 稀土分离产品}
    anchors: [甘肃稀土公司]
    sites: [兰州新区]
    industry_codes: [C3232]
    refs: [{section: 二（五）, quote: 提高冶炼分离能力和水平}]
  - code: C05-G02
    title: 稀土金属
    title_en: Rare-earth metals
    kind: fill
    link: C05-L02
    need: 引进稀土金属企业。
    requirements: [{id: R1, text: 稀土金属}]
    refs: [{section: 二（五）, quote: 稀土金属}]
"""


def write(folder: Path, content: str) -> Path:
    path = folder / "05-rare-earth.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    """PROFILE with its only `old` replaced."""
    assert PROFILE.count(old) == 1, f"{old!r} stands {PROFILE.count(old)} times"
    return PROFILE.replace(old, new)


def error_of(path: Path) -> InvalidProfile:
    with pytest.raises(InvalidProfile) as caught:
        read_chain_profile(path)
    return caught.value


def problems_of(folder: Path, content: str) -> list[ProfileProblem]:
    return error_of(write(folder, content)).problems


def test_good_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    profile = read_chain_profile(write(tmp_path, PROFILE))
    first, second = profile.gaps
    assert (profile.code, profile.target.output_yi, profile.target.year) == ("C05", 100, 2020)
    assert profile.links[0].feeds == ["C05-L02"]
    assert profile.links[1].feeds == []
    assert (first.requirements[0].weight, first.requirements[0].synonyms) == (2.0, ["稀土分离"])
    untold = first.requirements[1]
    assert (untold.facet, untold.level, untold.weight, untold.synonyms) == ("product", "must", 1.0, [])
    assert (second.anchors, second.sites, second.severity, second.note) == ([], [], None, None)


def test_byte_order_mark_of_a_windows_editor_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "05-rare-earth.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + PROFILE.encode("utf-8"))
    assert read_chain_profile(path).code == "C05"


def test_error_text_has_file_path_value_and_advice_on_one_line(tmp_path: Path) -> None:
    error = error_of(write(tmp_path, changed("kind: fill", "kind: missing")))
    assert str(error) == (
        "05-rare-earth.yaml: gaps[1].kind: 'missing': "
        "Input should be 'fill', 'strengthen', 'extend', 'supporting' or 'talent'"
    )
    assert error.source == "05-rare-earth.yaml"
    assert isinstance(error, InvalidInput)


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    content = changed("kind: fill", "kind: missing").replace("year: 2020", "year: 1020")
    error = error_of(write(tmp_path, content))
    assert [problem.path for problem in error.problems] == ["target.year", "gaps[1].kind"]
    assert str(error).count("\n") == 1


def test_unknown_field_is_named_with_its_value(tmp_path: Path) -> None:
    assert problems_of(
        tmp_path, changed("    need: 引进稀土金属企业。", "    need: 引进\n    owner: 招商局")
    ) == [ProfileProblem("gaps[1].owner", "'招商局'", "this field is not known; remove it or mend its name")]


def test_missing_field_is_named_where_it_belongs(tmp_path: Path) -> None:
    assert problems_of(tmp_path, changed("    title_en: Rare-earth metals\n", "")) == [
        ProfileProblem("gaps[1].title_en", "nothing", "add this field")
    ]


def test_misspelt_field_is_both_unknown_and_missing(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, changed("summary:", "sumary:"))
    assert [(problem.path, problem.advice) for problem in problems] == [
        ("summary", "add this field"),
        ("sumary", "this field is not known; remove it or mend its name"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "path", "where"),
    [
        ("link: C05-L02", "link: C05-L99", "gaps[1].link", "links[].code"),
        ("feeds: [C05-L02]", "feeds: [C05-L02, C05-L99]", "links[0].feeds[1]", "links[].code"),
        ("links: [C05-L01]", "links: [C05-L99]", "anchors[0].links[0]", "links[].code"),
        ("anchors: [甘肃稀土公司]", "anchors: [C05-L99]", "gaps[0].anchors[0]", "anchors[].name"),
        ("sites: [兰州新区]", "sites: [兰州新区, C05-L99]", "gaps[0].sites[1]", "sites[].name"),
    ],
)
def test_name_that_stands_nowhere_is_told_with_the_list_it_should_be_in(
    tmp_path: Path, old: str, new: str, path: str, where: str
) -> None:
    assert problems_of(tmp_path, changed(old, new)) == [
        ProfileProblem(path, "'C05-L99'", f"not in {where}; add it there or mend the name")
    ]


@pytest.mark.parametrize(
    ("old", "new", "path", "value", "first"),
    [
        ("code: C05-G02", "code: C05-G01", "gaps[1].code", "'C05-G01'", "gaps[0].code"),
        (
            "title: 稀土金属",
            "title: 稀土冶炼分离提升",
            "gaps[1].title",
            "'稀土冶炼分离提升'",
            "gaps[0].title",
        ),
        (
            "{id: R2, text: 稀土分离产品}",
            "{id: R1, text: 稀土分离产品}",
            "gaps[0].requirements[1].id",
            "'R1'",
            "requirements[0].id",
        ),
        (
            "{id: R2, text: 稀土分离产品}",
            "{id: R2, text: 稀土冶炼分离}",
            "gaps[0].requirements[1].text",
            "'稀土冶炼分离'",
            "requirements[0].text",
        ),
    ],
)
def test_what_must_differ_is_told_with_where_it_was_used_first(
    tmp_path: Path, old: str, new: str, path: str, value: str, first: str
) -> None:
    assert problems_of(tmp_path, changed(old, new)) == [
        ProfileProblem(path, value, f"already used by {first}; give each its own")
    ]


def test_repeated_link_code_anchor_and_site_are_told_together(tmp_path: Path) -> None:
    lines = PROFILE.splitlines(keepends=True)
    link = next(line for line in lines if "code: C05-L02" in line)
    anchor = "".join(lines[lines.index("anchors:\n") + 1 : lines.index("sites:\n")])
    site = "".join(lines[lines.index("sites:\n") + 1 : lines.index("gaps:\n")])
    content = changed(link, link + link).replace(anchor, anchor + anchor).replace(site, site + site)
    assert [(problem.path, problem.value) for problem in problems_of(tmp_path, content)] == [
        ("links[2].code", "'C05-L02'"),
        ("anchors[1].name", "'甘肃稀土公司'"),
        ("sites[1].name", "'兰州新区'"),
    ]


@pytest.mark.parametrize(
    ("weight", "value", "advice"),
    [
        ("0", "0", "Input should be greater than 0"),
        ("-1.5", "-1.5", "Input should be greater than 0"),
        ("5.01", "5.01", "Input should be less than or equal to 5"),
        (".nan", "nan", "Input should be less than or equal to 5"),
        (
            "高",
            "'高'",
            "Input should be a valid number, unable to parse string as a number",
        ),
    ],
)
def test_weight_out_of_range_is_told_with_its_bound(
    tmp_path: Path, weight: str, value: str, advice: str
) -> None:
    assert problems_of(tmp_path, changed("weight: 2,", f"weight: {weight},")) == [
        ProfileProblem("gaps[0].requirements[0].weight", value, advice)
    ]


def test_weight_of_exactly_five_is_allowed(tmp_path: Path) -> None:
    profile = read_chain_profile(write(tmp_path, changed("weight: 2,", "weight: 5,")))
    assert profile.gaps[0].requirements[0].weight == 5.0


@pytest.mark.parametrize(
    ("old", "new", "path", "value"),
    [
        ("code: C05\n", "code: X5\n", "code", "'X5'"),
        ("format: 1", "format: 2", "format", "2"),
        ("output_class: 百亿", "output_class: 万亿", "target.output_class", "'万亿'"),
        ("position: midstream", "position: middle", "links[1].position", "'middle'"),
        ("facet: process", "facet: 工艺", "gaps[0].requirements[0].facet", "'工艺'"),
        ("industry_codes: [C3232]", "industry_codes: [3232]", "gaps[0].industry_codes[0]", "3232"),
        (
            "    requirements: [{id: R1, text: 稀土金属}]",
            "    requirements: []",
            "gaps[1].requirements",
            "list",
        ),
        ("need: 引进稀土金属企业。", "need: '  '", "gaps[1].need", "'  '"),
    ],
)
def test_value_that_does_not_fit_is_told_with_its_path(
    tmp_path: Path, old: str, new: str, path: str, value: str
) -> None:
    assert [(problem.path, problem.value) for problem in problems_of(tmp_path, changed(old, new))] == [
        (path, value)
    ]


def test_long_value_is_cut_in_the_message(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, changed("text: 稀土分离产品", f"text: {'稀' * 500}"))
    assert problems == [
        ProfileProblem(
            "gaps[0].requirements[1].text",
            "'" + "稀" * 119,
            "String should have at most 80 characters",
        )
    ]


def test_file_in_gbk_is_told_to_be_saved_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "05-rare-earth.yaml"
    path.write_bytes(PROFILE.encode("gb18030"))
    # 稀 in GBK happens to be UTF-8 for another character; 土, on the same third line, is not.
    assert str(error_of(path)) == ("05-rare-earth.yaml: line 3: b'\\xcd': not UTF-8: save the file as UTF-8")


def test_broken_yaml_is_told_with_line_and_column(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "format: 1\ncode: [C05\nname: 稀土\n") == [
        ProfileProblem("line 3, column 5", "expected ',' or ']', but got ':'", "mend the YAML at this place")
    ]


def test_tab_in_the_indent_is_told_with_its_line(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "format: 1\ntarget:\n\tyear: 2020\n")
    assert problem.path == "line 3, column 1"
    assert "'\\t'" in problem.value


def test_control_character_is_told_with_its_place(tmp_path: Path) -> None:
    assert problems_of(tmp_path, 'name: "\x01"\n') == [
        ProfileProblem("character 8", "special characters are not allowed", "mend the YAML at this place")
    ]


def test_key_given_twice_is_an_error_and_loses_nothing_silently(tmp_path: Path) -> None:
    content = changed("    need: 引进稀土金属企业。\n", "    need: 引进稀土金属企业。\n    need: 别的\n")
    line = content.splitlines().index("    need: 别的") + 1
    assert problems_of(tmp_path, content) == [
        ProfileProblem(f"line {line}, column 5", "key 'need' given twice", "mend the YAML at this place")
    ]


def test_yaml_cannot_make_python_objects(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "format: !!python/object/apply:os.getcwd []\n")
    assert problem.path == "line 1, column 9"
    assert "could not determine a constructor" in problem.value


@pytest.mark.parametrize(
    ("content", "found"),
    [("", "nothing"), ("# 只有注释\n", "nothing"), ("- C05\n", "list"), ("稀土\n", "str")],
)
def test_file_without_a_mapping_is_told_how_a_profile_starts(
    tmp_path: Path, content: str, found: str
) -> None:
    assert problems_of(tmp_path, content) == [
        ProfileProblem("", found, 'write a mapping that starts with "format: 1", as in data/chains')
    ]


def test_content_from_elsewhere_is_named_by_its_source() -> None:
    with pytest.raises(InvalidProfile, match=r"(?m)^request body: name: nothing: add this field"):
        parse_chain_profile({"format": 1}, "request body")


def test_blank_of_a_folded_line_is_taken_out_between_chinese_characters_only(tmp_path: Path) -> None:
    shipped = next(path for path in chain_profile_paths() if path.name.startswith("05"))
    content = yaml.safe_load(shipped.read_text("utf-8"))
    content["summary"] = "做强稀土， 延伸到 La-Ni 系 材料。"

    assert parse_chain_profile(content, "test").summary == "做强稀土，延伸到 La-Ni 系材料。"
