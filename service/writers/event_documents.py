"""Forms as documents: 一企一页, 对接提纲 and 产业链作战图, in the order of the preset's blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import BinaryIO

from service.event_list_records import EventEntry
from service.form_fields import (
    TO_VERIFY,
    honours_of,
    ownership_of,
    place_of,
    products_of,
    requirements_of,
    size_of,
)
from service.form_questions import questions_for
from service.form_records import ChainFacts, Form, FormRow, GapFacts, LinkFacts
from service.i18n import mark, translate
from service.labels import FIELD_LABELS, KIND_LABELS, POSITION_LABELS, percent
from service.writers.official_documents import (
    Cell,
    OfficialDocument,
    PaperMarks,
    numbered,
    paper_day,
    sub_numbered,
)

MAX_QUOTES, MAX_ANCHORS, MAX_SITES = 4, 3, 3
MAX_TEXT = 110  # characters of a passage on a page of one company
_FOOT = mark("Run {run}; data as of {data}; reported on {made_on}")


def write_document(form: Form, target: BinaryIO) -> None:
    """Write `form` to `target` as docx, by its layout."""
    _LAYOUTS[form.preset.layout or ""](form, target)


def _marks(form: Form) -> PaperMarks:
    foot = translate(
        form.language, _FOOT, run=form.run_code, data=form.data_as_of, made_on=form.made_on.isoformat()
    )
    return PaperMarks(form.title, form.list.organisation, form.list.sensitivity, form.run_code, foot)


def _score(entry: EventEntry) -> str:
    if entry.probability is None:
        return "—"
    return percent(entry.probability) if entry.probability <= 0.99 else ">99%"


def _short(text: str, limit: int = MAX_TEXT) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip("，、；") + "…"


def _kind(gap: GapFacts, language: str) -> str:
    return translate(language, KIND_LABELS[gap.kind])


# 一企一页


def _write_company_pages(form: Form, target: BinaryIO) -> None:
    document = OfficialDocument(_marks(form), paper=form.preset.paper, narrow=True)
    for at, row in enumerate(form.rows):
        if row.entry is not None:
            _add_company_page(document, form, row, row.entry, new_page=at > 0)
    document.save(target, made_on=form.made_on)


def _add_company_page(
    document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry, *, new_page: bool
) -> None:
    language = form.language
    document.add(entry.company_full_name or entry.company_name, "LzTitle", new_page=new_page)
    gap = f"{entry.gap_code} {entry.gap_title}" if entry.gap_code else translate(language, mark("none yet"))
    document.add(
        translate(
            language,
            mark("Gap: {gap}    Band: {band}    Score: {score}"),
            gap=gap,
            band=entry.band or "—",
            score=_score(entry),
        ),
        "LzSubtitle",
    )
    for at, block in enumerate(form.preset.blocks):
        document.add(f"{numbered(at)}{block.shown(language)}", "LzSmallHead")
        _COMPANY_BLOCKS[block.block](document, form, row, entry)


def _add_facts(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:
    language, facts = form.language, row.company
    unknown = translate(language, TO_VERIFY)
    pairs = [
        (mark("Credit code"), entry.uscc or unknown),
        (mark("Stock code"), entry.stock_code or "—"),
        (mark("Place"), place_of(entry) or unknown),
        (mark("Ownership"), ownership_of(entry, language)),
        (mark("Size"), size_of(entry, language)),
        (mark("Listed on"), facts.listed_on.isoformat() if facts.listed_on else "—"),
    ]
    rows = [
        [
            Cell(translate(language, pairs[at][0]), "LzCellHead"),
            Cell(pairs[at][1]),
            Cell(translate(language, pairs[at + 1][0]), "LzCellHead"),
            Cell(pairs[at + 1][1]),
        ]
        for at in range(0, len(pairs), 2)
    ]
    wide = [
        (mark("Industry"), entry.industry or unknown),
        (mark("Main products"), products_of(entry) or unknown),
        (mark("Honours"), honours_of(entry, language) or unknown),
        (mark("Source of the facts"), _source(form, row)),
    ]
    rows += [
        [Cell(translate(language, name), "LzCellHead"), Cell(_short(text, 90), span=3)] for name, text in wide
    ]
    document.add_table(rows, (16, 34, 16, 34))


def _source(form: Form, row: FormRow) -> str:
    year, source = row.company.data_year, row.company.source or form.data_as_of
    if not year:
        return source
    return translate(form.language, mark("{source} (year {year})"), source=source, year=year)


def _add_why(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    order = {"evidence": 0, "serves_gap": 1}
    said = sorted((s for s in entry.reasons if s.code != "adds"), key=lambda s: order.get(s.code, 2))
    text = "".join(reason.text(form.language) for reason in said)
    document.add(text or translate(form.language, mark("Put on the list by the organiser.")), "LzSmall")


def _add_evidence(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    language = form.language
    for quote in entry.evidence[:MAX_QUOTES]:
        field = translate(language, FIELD_LABELS.get(quote.field, quote.field))
        near = "" if quote.status == "met" else translate(language, mark(", comes near"))
        text = mark("{requirement}: “{quote}” ({field}{near})")
        document.add(
            translate(
                language,
                text,
                requirement=quote.requirement,
                quote=_short(quote.quote, 60),
                field=field,
                near=near,
            ),
            "LzSmallItem",
        )
    if not entry.evidence:
        document.add(
            translate(language, mark("The base holds no words of the company on this gap.")), "LzSmall"
        )


def _add_gap(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    language, gap = form.language, row.gap
    if gap is None:
        document.add(translate(language, mark("No gap is set yet.")), "LzSmall")
        return
    chain = row.chain.name if row.chain else gap.chain_code
    document.add_labelled(
        translate(language, mark("Need: ")),
        translate(
            language,
            mark("{chain}, {link} ({kind}): {need}"),
            chain=chain,
            link=gap.link_name,
            kind=_kind(gap, language),
            need=_short(gap.need),
        ),
        "LzSmall",
    )
    if gap.anchors:
        names = "、".join(f"{anchor.name}（{anchor.place}）" for anchor in gap.anchors[:MAX_ANCHORS])
        document.add_labelled(translate(language, mark("Local anchors: ")), names, "LzSmall")
    if gap.sites:
        sites = "、".join(gap.sites[:MAX_SITES])
        document.add_labelled(translate(language, mark("Sites: ")), sites, "LzSmall")


def _add_cautions(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    text = "".join(caution.text(form.language) for caution in entry.cautions)
    nothing = translate(form.language, mark("Nothing known against it in the base."))
    document.add(_short(text, 160) or nothing, "LzSmall")


def _add_questions(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    preset = form.preset
    found = questions_for(row, form.language, least=preset.least_questions, most=preset.most_questions)
    for at, question in enumerate(found, start=1):
        document.add(f"{at}. {question.text}", "LzSmallItem")


def _add_contacts(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    language = form.language

    def pair(name: str, value: str | None) -> list[Cell]:
        return [Cell(translate(language, name), "LzCellHead"), Cell(value or "")]

    document.add_table(
        [
            [*pair(mark("Channel"), entry.channel), *pair(mark("Duty unit"), entry.duty_unit)],
            [*pair(mark("Person in charge"), entry.duty_person), *pair(mark("Met on"), None)],
            [
                Cell(translate(language, mark("What was said")), "LzCellHead"),
                Cell(entry.next_action or "", span=3),
            ],
        ],
        (16, 34, 16, 34),
        least_height=20,
    )


_COMPANY_BLOCKS: dict[str, Callable[[OfficialDocument, Form, FormRow, EventEntry], None]] = {
    "facts": _add_facts,
    "why": _add_why,
    "evidence": _add_evidence,
    "gap": _add_gap,
    "cautions": _add_cautions,
    "questions": _add_questions,
    "contacts": _add_contacts,
}


# 对接提纲


def _write_talking_points(form: Form, target: BinaryIO) -> None:
    document = OfficialDocument(_marks(form), paper=form.preset.paper)
    language = form.language
    for at, row in enumerate(form.rows):
        if row.entry is None:
            continue
        title = translate(language, mark("Talking points for {company}"), company=row.entry.company_name)
        document.add(title, "LzTitle", new_page=at > 0)
        for number, block in enumerate(form.preset.blocks):
            document.add(f"{numbered(number)}{block.shown(language)}", "LzHead")
            _POINTS[block.block](document, form, row, row.entry)
    document.save(target, made_on=form.made_on)


def _add_opening(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:
    language, listed = form.language, form.list
    evidence = "".join(said.text(language) for said in entry.reasons if said.code == "evidence")
    chain = row.chain.name if row.chain else entry.chain_name or entry.chain_code or ""
    document.add(
        translate(
            language,
            mark(
                "{event} {edition} is held in {place} from {day}. {company} is to be approached for “{gap}” "
                "of the chain {chain}. {evidence}"
            ),
            event=listed.name,
            edition=listed.edition,
            place=listed.place,
            day=paper_day(listed.start_on) if language == "zh" else listed.start_on.isoformat(),
            company=entry.company_name,
            gap=entry.gap_title or translate(language, mark("none yet")),
            chain=chain,
            evidence=evidence,
        )
    )


def _add_points(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    language, gap = form.language, row.gap
    points: list[tuple[str, str]] = []
    if gap is not None:
        wanted = translate(
            language,
            mark("{need} What matters: {requirements}."),
            need=_short(gap.need, 160),
            requirements=requirements_of(gap) or gap.title,
        )
        points.append((mark("What is needed here"), wanted))
        if gap.anchors:
            named = "；".join(
                f"{anchor.name}（{anchor.place}）：{_short(anchor.role, 60)}" for anchor in gap.anchors[:2]
            )
            points.append((mark("Who is here to work with"), f"{named}。"))
        if gap.sites:
            points.append((mark("Where it can be built"), f"{'、'.join(gap.sites[:MAX_SITES])}。"))
    for at, (name, text) in enumerate(points):
        document.add_labelled(f"{sub_numbered(at)}{translate(language, name)}：", text.replace("。。", "。"))
    if not points:
        document.add(translate(language, mark("No gap is set yet.")))


def _add_asked(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    preset = form.preset
    found = questions_for(row, form.language, least=preset.least_questions, most=preset.most_questions)
    for at, question in enumerate(found, start=1):
        document.add(f"{at}. {question.text}〔{question.code}〕", "LzItem")
        document.add(translate(form.language, mark("Answer:")), "LzItem")


def _add_minded(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    language = form.language
    for caution in entry.cautions:
        document.add(caution.text(language), "LzItem")
    document.add(
        translate(
            language,
            mark(
                "Promise nothing the fair-competition rules forbid: no tax rebates, no subsidies tied to "
                "taxes paid, no terms for some companies only."
            ),
        ),
        "LzItem",
    )


def _add_record(document: OfficialDocument, form: Form, row: FormRow, entry: EventEntry) -> None:  # noqa: ARG001
    names = (mark("Met on"), mark("Who took part"), mark("What was said"), mark("Next action"))
    document.add_table(
        [[Cell(translate(form.language, name), "LzCellHead"), Cell("")] for name in names],
        (18, 82),
        least_height=30,
    )


_POINTS: dict[str, Callable[[OfficialDocument, Form, FormRow, EventEntry], None]] = {
    "opening": _add_opening,
    "points": _add_points,
    "questions": _add_asked,
    "cautions": _add_minded,
    "record": _add_record,
}


# 产业链作战图


def _write_chain_map(form: Form, target: BinaryIO) -> None:
    document = OfficialDocument(_marks(form), paper=form.preset.paper, landscape=True)
    of_gap: dict[str, list[EventEntry]] = defaultdict(list)
    for row in form.rows:
        if row.entry is not None:
            of_gap[row.entry.gap_code or ""].append(row.entry)
    for at, chain in enumerate(form.chains.values()):
        _add_chain(document, form, chain, of_gap, new_page=at > 0)
    document.save(target, made_on=form.made_on)


def _add_chain(
    document: OfficialDocument,
    form: Form,
    chain: ChainFacts,
    of_gap: dict[str, list[EventEntry]],
    *,
    new_page: bool,
) -> None:
    language = form.language
    gaps = [gap for gap in form.gaps.values() if gap.chain_code == chain.code]
    companies = sum(len(of_gap[gap.code]) for gap in gaps)
    name = form.preset.shown(language)
    document.add(f"{chain.name}{'' if language == 'zh' else ' '}{name}", "LzTitle", new_page=new_page)
    document.add(
        translate(
            language,
            mark("Target output {yi} (100 million yuan); {gaps} gaps in play; {companies} to approach"),
            yi=chain.output_yi,
            gaps=len(gaps),
            companies=companies,
        ),
        "LzSubtitle",
    )
    blocks = [block.block for block in form.preset.blocks]
    rows = [[Cell(block.shown(language), "LzCellHead") for block in form.preset.blocks]]
    last = ""
    for link in sorted(chain.links, key=lambda link: _POSITIONS.index(link.position)):
        at_link = [gap for gap in gaps if gap.link_code == link.code]
        rows.append([_link_cell(block, form, chain, link, at_link, of_gap, last) for block in blocks])
        last = link.position
    document.add_table(rows, [_MAP_WIDTHS[block] for block in blocks], header_rows=1, least_height=20)


_POSITIONS = tuple(POSITION_LABELS)  # from upstream to supporting
_MAP_WIDTHS = {"position": 5, "link": 14, "anchors": 18, "gaps": 30, "companies": 34, "duty": 12}


def _link_cell(
    block: str,
    form: Form,
    chain: ChainFacts,
    link: LinkFacts,
    gaps: list[GapFacts],
    of_gap: dict[str, list[EventEntry]],
    last_position: str,
) -> Cell:
    language = form.language
    entries = [entry for gap in gaps for entry in of_gap[gap.code]]
    if block == "position":
        merge = "go on" if link.position == last_position else "start"
        text = "" if merge == "go on" else translate(language, POSITION_LABELS[link.position])
        return Cell(text, "LzCellHead", merge="go on" if merge == "go on" else "start")
    if block == "link":
        return Cell(link.name)
    if block == "anchors":
        return Cell("、".join(anchor.name for anchor in chain.anchors if link.code in anchor.links))
    if block == "gaps":
        return Cell("；".join(f"{gap.title}（{_kind(gap, language)}）" for gap in gaps))
    if block == "companies":
        return Cell("、".join(f"{e.company_name}（{e.band}）" if e.band else e.company_name for e in entries))
    return Cell("、".join(dict.fromkeys(entry.duty_unit for entry in entries if entry.duty_unit)))


_LAYOUTS: dict[str, Callable[[Form, BinaryIO], None]] = {
    "company-page": _write_company_pages,
    "talking-points": _write_talking_points,
    "chain-map": _write_chain_map,
}
