"""Text of documents: encodings of txt, paragraphs of docx, and files that are refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from service.readers.text_documents import UnusableDocument, read_document_text

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(path: Path, body: str, name: str = "word/document.xml") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')
    return path


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_of_offices(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "意见.txt"
    file.write_bytes("税收返还\r\n零地价".encode(encoding))
    assert read_document_text(file) == "税收返还\n零地价"


def test_runs_of_a_paragraph_are_joined_and_paragraphs_are_lines(tmp_path: Path) -> None:
    file = docx(tmp_path / "a.docx", paragraph("税收", "返还") + paragraph("零地价"))
    assert read_document_text(file) == "税收返还\n零地价"


def test_cells_of_a_table_are_read(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("序号", "零地价"))
    file = docx(tmp_path / "a.docx", f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")
    assert read_document_text(file) == "序号\n零地价"


def test_deleted_text_is_not_read(tmp_path: Path) -> None:
    deleted = (
        "<w:p><w:del><w:r><w:delText>零地价</w:delText></w:r></w:del><w:r><w:t>公开出让</w:t></w:r></w:p>"
    )
    assert read_document_text(docx(tmp_path / "a.docx", deleted)) == "公开出让"


def test_text_box_is_read_once(tmp_path: Path) -> None:
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = f"<w:txbxContent>{paragraph('零地价')}</w:txbxContent>"
    body = (
        f'<w:p xmlns:mc="{compatible}"><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{box}'
        f"</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert read_document_text(docx(tmp_path / "a.docx", body)) == "正文\n零地价"


def test_break_and_tab_stay_apart(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r></w:p>"
    assert read_document_text(docx(tmp_path / "a.docx", body)) == "甲\n乙\t丙"


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.doc"
    file.write_bytes(b"x")
    with pytest.raises(UnusableDocument, match=r"a\.doc: \.doc is not read; save it as \.docx"):
        read_document_text(file)


@pytest.mark.parametrize("content", [b"not a zip", b"PK\x03\x04broken"])
def test_damaged_document_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(content)
    with pytest.raises(UnusableDocument, match="damaged or locked"):
        read_document_text(file)


def test_archive_that_is_no_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableDocument, match="not a Word document"):
        read_document_text(docx(tmp_path / "a.docx", "", name="xl/workbook.xml"))


def test_broken_xml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableDocument, match="its text is broken"):
        read_document_text(docx(tmp_path / "a.docx", "<w:p>"))


def test_entities_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(UnusableDocument, match="declares entities"):
        read_document_text(file)


def test_empty_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(" \n", encoding="utf-8")
    with pytest.raises(UnusableDocument, match="holds no text"):
        read_document_text(file)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xff\xff\xff")
    with pytest.raises(UnusableDocument, match="save it as UTF-8"):
        read_document_text(file)
