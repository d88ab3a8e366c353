"""The text of an invitation: one page of official Chinese, every statement from the list and its evidence.

Chinese only, in either language of the service: it is a letter to a Chinese company. It names products,
gaps and local enterprises, never a score, a subsidy or a tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.form_records import Form, FormRow, GapFacts

MAX_QUOTES, MAX_ANCHORS, MAX_SESSIONS = 3, 2, 4
MAX_COOPERATION = 120


@dataclass(frozen=True, slots=True)
class Invitation:
    """A letter: to whom, what it says, who signs it when. `run` and `organisation` go to its properties."""

    company: str
    title: str
    paragraphs: tuple[str, ...]
    reply: str
    contact: str
    signers: tuple[str, ...]
    dated: date
    run: str
    organisation: str

    @property
    def text(self) -> str:
        """All of it, as it is checked."""
        return "\n".join([self.title, f"{self.company}：", *self.paragraphs, self.reply, *self.signers])


def invitation_of(
    form: Form, row: FormRow, others: Sequence[GapFacts], *, sessions: Sequence[str], reply_by: date
) -> Invitation:
    """The letter to the company of `row`; `others`: further gaps that it fits."""
    entry, listed = row.entry, form.list
    name = (entry.company_full_name or entry.company_name) if entry else ""
    paragraphs = [
        f"为推动产业链上下游协作，{_joined(listed.hosts)}定于{_days(listed.start_on, listed.end_on)}"
        f"在{listed.place}举办“{listed.name}（{listed.edition}）”。谨此诚挚邀请贵公司出席。",
        _why(row, others),
    ]
    if entry and entry.cooperation:
        paragraphs.append(
            f"关于合作，我们初步设想如下，供贵公司参考：{_ended(entry.cooperation[:MAX_COOPERATION])}"
        )
    if sessions:
        group = f"贵公司拟编入{entry.group_name}，" if entry and entry.group_name else ""
        named = "、".join(sessions[:MAX_SESSIONS])
        paragraphs.append(f"活动期间，{group}届时将安排{named}等环节，并组织与当地企业面对面交流。")
    paragraphs.append("诚盼贵公司拨冗莅临，共商合作。")
    return Invitation(
        company=name,
        title="邀请函",
        paragraphs=tuple(paragraphs),
        reply=f"敬请于{_day(reply_by)}前将参会人员名单函复。",
        contact="联系人：　　　　　　　　联系电话：　　　　　　　　",
        signers=listed.hosts,
        dated=form.made_on,
        run=form.run_code,
        organisation=listed.organisation,
    )


def _why(row: FormRow, others: Sequence[GapFacts]) -> str:
    """What the company makes, which gaps it fits, whom it would work with."""
    entry, gap = row.entry, row.gap
    quotes = list(dict.fromkeys(quote.quote for quote in entry.evidence))[:MAX_QUOTES] if entry else []
    known = f"据公开资料，贵公司产品包括{_quoted(quotes)}等，" if quotes else "我们关注到贵公司的业务，"
    if gap is None:
        return f"{known}与当地产业发展方向契合。"
    chain = row.chain.name if row.chain else ""
    wanted = f"{known}与当地{chain}产业链{gap.link_name}环节“{gap.title}”的需求契合"
    more = [other.title for other in others if other.code != gap.code]
    if more:
        wanted += f"，与{_quoted(more)}的需求也有合作空间"
    anchors = [f"{anchor.name}（{anchor.place}）" for anchor in gap.anchors[:MAX_ANCHORS]]
    if anchors:
        return f"{wanted}。该环节依托的当地企业有{'、'.join(anchors)}，期待与贵公司交流协作。"
    return f"{wanted}。"


def _quoted(words: Sequence[str]) -> str:
    return "".join(f"“{word}”" for word in words)


def _joined(names: Sequence[str]) -> str:
    return "、".join(names)


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text.rstrip('；;，,. ')}。"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _days(start: date, end: date | None) -> str:
    """From when to when, the year and month once where they are the same."""
    if end is None or end == start:
        return _day(start)
    if (start.year, start.month) == (end.year, end.month):
        return f"{_day(start)}至{end.day}日"
    return (
        f"{_day(start)}至{_day(end)}"
        if start.year != end.year
        else f"{_day(start)}至{end.month}月{end.day}日"
    )
