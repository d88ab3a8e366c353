"""An invitation as a letter (docx): one page, set as an official letter is, contacts left blank."""

from __future__ import annotations

from typing import BinaryIO

from service.invitation_texts import Invitation
from service.writers.official_documents import OfficialDocument, PaperMarks, paper_day


def write_invitation(letter: Invitation, target: BinaryIO) -> None:
    """Write `letter` to `target`. Run and organisation stand in its properties: it leaves the house."""
    marks = PaperMarks(f"{letter.title}：{letter.company}", letter.organisation, "", letter.run, "")
    document = OfficialDocument(marks, paper="A4", is_letter=True)
    document.add(letter.title, "LzTitle")
    document.add(f"{letter.company}：", "LzFlush")
    for paragraph in letter.paragraphs:
        document.add(paragraph)
    document.add(letter.reply)
    document.add(letter.contact)
    document.add("", "LzFlush")
    for signer in letter.signers:
        document.add(signer, "LzRight")
    document.add(paper_day(letter.dated), "LzRight")
    document.save(target, made_on=letter.dated)
