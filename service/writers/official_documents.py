"""Documents as official papers are set (GB/T 9704-2012): page, fonts, numbering, marks in the margin.

Paragraphs are written as XML at once, because hundreds of pages are made in a few seconds that way; pages,
styles and properties are python-docx's. Fonts are named with those that stand in for them where a computer
has none of the standard's: the program that opens the file chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Literal
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph

from service.form_cells import cleaned

TITLE_FONT, BODY_FONT, HEAD_FONT, SUB_FONT, LATIN = (
    "方正小标宋简体",
    "仿宋",
    "黑体",
    "楷体",
    "Times New Roman",
)
# Where a font is missing, these are taken in this order: what Windows, WPS, macOS and Linux offices have.
STAND_INS = {
    TITLE_FONT: ("方正小标宋_GBK", "华文中宋", "STZhongsong", "宋体", "SimSun", "Noto Serif CJK SC"),
    BODY_FONT: ("仿宋_GB2312", "FangSong", "华文仿宋", "STFangsong", "Noto Serif CJK SC"),
    HEAD_FONT: ("SimHei", "华文黑体", "STHeiti", "Noto Sans CJK SC"),
    SUB_FONT: ("楷体_GB2312", "KaiTi", "华文楷体", "STKaiti", "Noto Serif CJK SC"),
}
StyleName = Literal[
    "LzTitle", "LzSubtitle", "LzHead", "LzSub", "LzBody", "LzItem", "LzSmall", "LzSmallHead", "LzSmallItem",
    "LzCell", "LzCellHead", "LzRight", "LzFlush", "LzNote",
]  # fmt: skip
# No. 2 is 22 points, no. 3 16, no. 4 14, small no. 4 12, no. 5 10.5, small no. 5 9.
_STYLES: dict[str, tuple[str, float, float, dict[str, Any]]] = {
    # name: (font, points, line height, more)
    "LzTitle": (TITLE_FONT, 22, 33, {"align": "center", "after": 6}),
    "LzSubtitle": (SUB_FONT, 12, 20, {"align": "center", "after": 8}),
    "LzHead": (HEAD_FONT, 16, 28, {"indent": 2, "keep": True}),
    "LzSub": (SUB_FONT, 16, 28, {"indent": 2, "keep": True}),
    "LzBody": (BODY_FONT, 16, 28, {"indent": 2, "align": "both"}),
    "LzItem": (BODY_FONT, 16, 28, {"indent": 2, "align": "both"}),
    "LzFlush": (BODY_FONT, 16, 28, {}),
    "LzRight": (BODY_FONT, 16, 28, {"align": "right", "keep": True}),
    "LzSmallHead": (HEAD_FONT, 12, 18, {"before": 2, "keep": True}),
    "LzSmall": (BODY_FONT, 11, 17, {"indent": 2, "align": "both"}),
    "LzSmallItem": (BODY_FONT, 11, 17, {"indent": 2}),
    "LzCell": (BODY_FONT, 10.5, 15, {}),
    "LzCellHead": (HEAD_FONT, 10.5, 15, {"align": "center"}),
    "LzNote": (BODY_FONT, 9, 13, {}),
}
_ALIGNMENTS = {
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_SIZES = {"A4": (Mm(210), Mm(297)), "A3": (Mm(297), Mm(420))}
_NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class PaperMarks:
    """What every sheet says of itself: whose it is, how far it may be shown, which run and data."""

    title: str
    organisation: str
    sensitivity: str
    run: str
    note: str  # at the foot, before the page number


class OfficialDocument:
    """A document under way. Add paragraphs and tables in order, then `save`."""

    def __init__(
        self,
        marks: PaperMarks,
        *,
        paper: str = "A4",
        landscape: bool = False,
        narrow: bool = False,
        is_letter: bool = False,
    ) -> None:
        self._document = docx.Document()
        self._body: list[str] = []
        self._marks = marks
        _set_fonts(self._document)
        _add_styles(self._document)
        self.width = _set_page(self._document, paper, landscape=landscape, narrow=narrow)
        if not is_letter:  # a letter of one page has neither marks nor numbers
            _mark_pages(self._document, marks)

    def add(self, text: str, style: StyleName = "LzBody", *, new_page: bool = False) -> None:
        """A paragraph; line ends of `text` break the line."""
        self._body.append(paragraph(text, style, new_page=new_page))

    def add_labelled(self, label: str, text: str, style: StyleName = "LzBody") -> None:
        """A paragraph that starts with `label` in bold."""
        self._body.append(_paragraph(_run(label, bold=True) + _run(text), style))

    def add_table(
        self,
        rows: Iterable[Sequence[Cell]],
        widths: Sequence[float],
        *,
        header_rows: int = 0,
        least_height: float = 0,
    ) -> None:
        """A table with lines; `widths` as shares of the text's width; header rows repeat on each page."""
        self._body.append(_table(rows, widths, int(self.width), header_rows, least_height))

    def save(self, target: BinaryIO, *, made_on: date) -> None:
        """Write the document."""
        body = self._document.element.body
        for child in list(body):
            if child.tag != qn("w:sectPr"):
                body.remove(child)
        section = body[-1] if len(body) else None
        for element in list(parse_xml(f"<w:body {nsdecls('w')}>{''.join(self._body)}</w:body>")):
            if section is None:
                body.append(element)
            else:
                section.addprevious(element)
        properties = self._document.core_properties
        properties.title, properties.author = self._marks.title, self._marks.organisation
        properties.keywords = "; ".join(part for part in (self._marks.run, self._marks.sensitivity) if part)
        properties.comments = f"{self._marks.note} {made_on.isoformat()}"
        self._document.save(target)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: text, the style of its paragraphs, over how many columns, and whether it goes on from above."""

    text: str
    style: StyleName = "LzCell"
    span: int = 1
    merge: Literal["", "start", "go on"] = ""


def numbered(at: int) -> str:
    """The number of a first-level heading: 一、 for 0."""
    return f"{_NUMBERS[at]}、" if at < len(_NUMBERS) else f"{at + 1}、"


def sub_numbered(at: int) -> str:
    """The number of a second-level heading: （一） for 0."""
    return f"（{_NUMBERS[at]}）" if at < len(_NUMBERS) else f"（{at + 1}）"


def paper_day(day: date) -> str:
    """A day as official papers write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def paragraph(text: str, style: str, *, new_page: bool = False) -> str:
    """A paragraph as XML."""
    return _paragraph(_run(text), style, new_page=new_page)


def _paragraph(runs: str, style: str, *, new_page: bool = False) -> str:
    page = "<w:pageBreakBefore/>" if new_page else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{page}</w:pPr>{runs}</w:p>'


def _run(text: str, *, bold: bool = False) -> str:
    # The hint sets marks that Latin and Chinese share, such as quotes, in the Chinese font.
    look = f'<w:rPr><w:rFonts w:hint="eastAsia"/>{"<w:b/>" if bold else ""}</w:rPr>'
    lines = [
        f'<w:t xml:space="preserve">{escape(line)}</w:t>'
        for line in cleaned(text).replace("\t", " ").split("\n")
    ]
    return f"<w:r>{look}{'<w:br/>'.join(lines)}</w:r>" if text else ""


def _table(
    rows: Iterable[Sequence[Cell]], widths: Sequence[float], width: int, header_rows: int, height: float
) -> str:
    total = sum(widths)
    columns = [round(width / 635 * share / total) for share in widths]  # EMU to twentieths of a point
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{column}"/>' for column in columns)
    parts = [
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    ]
    for at, cells in enumerate(rows):
        head = "<w:tblHeader/>" if at < header_rows else ""
        tall = f'<w:trHeight w:val="{round(height * 20)}" w:hRule="atLeast"/>' if height else ""
        parts.append(f"<w:tr><w:trPr><w:cantSplit/>{tall}{head}</w:trPr>{_cells(cells, columns)}</w:tr>")
    # A table that ends a page needs a paragraph after it; this one takes no room.
    return "".join(parts) + '</w:tbl><w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>'


def _cells(cells: Sequence[Cell], columns: Sequence[int]) -> str:
    parts, at = [], 0
    for cell in cells:
        width = sum(columns[at : at + cell.span])
        at += cell.span
        merge = {"start": '<w:vMerge w:val="restart"/>', "go on": "<w:vMerge/>", "": ""}[cell.merge]
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        content = "".join(paragraph(line, cell.style) for line in (cell.text or "").split("\n"))
        parts.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}<w:vAlign w:val="center"/>'
            f"</w:tcPr>{content}</w:tc>"
        )
    return "".join(parts)


def _set_fonts(document: Any) -> None:
    """Say in the table of fonts what stands in for each."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/fontTable"):
            fonts = "".join(
                f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(','.join(others))}/>"
                '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
                for name, others in STAND_INS.items()
            )
            xml = f'<?xml version="1.0" encoding="UTF-8"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
            relation.target_part._blob = xml.encode()  # python-docx knows no table of fonts


def _add_styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _set_font(normal, BODY_FONT, 16)
    language = parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>')
    properties = normal.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(language)
    for name, (font, points, line, more) in _STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _set_font(style, font, points)
        layout = style.paragraph_format
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
        layout.space_before, layout.space_after = Pt(more.get("before", 0)), Pt(more.get("after", 0))
        layout.alignment = _ALIGNMENTS.get(more.get("align", ""))
        layout.keep_with_next = more.get("keep")
        layout.widow_control = True
        if more.get("indent"):
            layout.first_line_indent = Pt(points * more["indent"])


def _set_font(style: Any, font: str, points: float) -> None:
    style.font.name, style.font.size = LATIN, Pt(points)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:cs"), LATIN)


def _set_page(document: Any, paper: str, *, landscape: bool, narrow: bool) -> Length:
    """Set the page as the standard has it, or with narrow margins; gives the width of the text."""
    section = document.sections[0]
    width, height = _SIZES[paper]
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        width, height = height, width
    section.page_width, section.page_height = width, height
    top, bottom, left, right = (
        (18, 18, 18, 18) if landscape else (20, 18, 22, 22) if narrow else (37, 35, 28, 26)
    )
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance, section.footer_distance = Mm(top * 0.5), Mm(bottom * 0.5)
    return Length(width - Mm(left) - Mm(right))


def _mark_pages(document: Any, marks: PaperMarks) -> None:
    """Sensitivity and organisation above; run and data below, with the number: right on odd, left on even."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        parts = [part for part in (marks.organisation, marks.sensitivity) if part]
        _fill(header.paragraphs[0], "　　".join(parts), WD_ALIGN_PARAGRAPH.RIGHT)
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        _number(footer.paragraphs[0], align)
        if marks.note:
            _fill(footer.add_paragraph(), marks.note, align)


def _fill(target: Paragraph, text: str, align: WD_ALIGN_PARAGRAPH) -> None:
    target.style = "LzNote"
    target.alignment = align
    target.add_run(cleaned(text))


def _number(target: Paragraph, align: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 —, four points smaller than the text, one blank from the edge."""
    target.alignment = align
    layout = target.paragraph_format
    layout.left_indent = layout.right_indent = Pt(14)
    for element in parse_xml(
        f'<w:p {nsdecls("w")}>{_sized("— ")}<w:fldSimple w:instr="PAGE">{_sized("1")}</w:fldSimple>'
        f"{_sized(' —')}</w:p>"
    ):
        target._p.append(element)


def _sized(text: str) -> str:
    return (
        f'<w:r><w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="28"/></w:rPr>'
        f'<w:t xml:space="preserve">{text}</w:t></w:r>'
    )
