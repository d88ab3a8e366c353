from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from pypdf import PdfWriter

from service.readers.documents import UnreadableDocument, read_document

TEXT = "（一）铜产业链\n重点发展电解铜箔。"


def docx_bytes() -> bytes:
    document = Document()
    document.add_paragraph("（一）铜产业链")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "环节"
    table.cell(0, 1).text = "铜箔"
    document.add_paragraph("重点发展电解铜箔。")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pdf_bytes(lines: list[str]) -> bytes:
    """A pdf of one page whose font maps its codes to Unicode, as office programs write it."""
    codes = {char: code for code, char in enumerate(dict.fromkeys("".join(lines)), start=1)}
    pairs = "\n".join(f"<{code:04X}> <{ord(char):04X}>" for char, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )
    shown = " 0 -20 Td ".join(f"<{''.join(f'{codes[char]:04X}' for char in line)}> Tj" for line in lines)
    content = f"BT /F1 12 Tf 50 700 Td {shown} ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type0/BaseFont/F/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/F/CIDSystemInfo<</Registry(A)/Ordering(I)/Supplement 0>>"
        "/FontDescriptor 8 0 R/DW 1000>>",
        f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream",
        "<</Type/FontDescriptor/FontName/F/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800"
        "/Descent 0/CapHeight 700/StemV 80>>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\n"
    return out + f"{tail}startxref\n{len(out)}\n%%EOF".encode()


def blank_pdf(password: str | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_txt_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    document = read_document("文件.TXT", TEXT.replace("\n", "\r\n").encode(encoding))
    assert (document.kind, document.text) == ("txt", TEXT)


def test_docx_gives_paragraphs_and_cells_in_their_order() -> None:
    assert read_document("a.docx", docx_bytes()).text == "（一）铜产业链\n环节\n铜箔\n重点发展电解铜箔。"


def test_pdf_gives_its_text_layer_with_broken_lines_put_together() -> None:
    lines = [
        "（一）铜产业链",
        "重点发展电解铜箔、高强高导铜合金线材、精密铜镍合金加工材、高性能特种",
        "铜管铜材等高端材料。",
        "- 3 -",
    ]
    assert read_document("a.pdf", pdf_bytes(lines)).text == f"{lines[0]}\n{lines[1]}{lines[2]}"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.doc", b"x", "files ending in '.doc' are not read: save it as docx"),
        ("a.png", b"x", "files ending in '.png' are not read: give a txt, md, docx or pdf file"),
        ("a", b"x", "files ending in 'nothing' are not read"),
        ("a.txt", b"", "the file is empty"),
        ("a.txt", b" \n", "the file is empty"),
        ("a.txt", "　".encode(), "no text in it"),
        ("a.txt", b"\xff\xff\xff\x80", "neither UTF-8 nor GB18030 text: save it as UTF-8"),
        ("a.docx", b"no zip", "not a docx file, or a damaged or locked one"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "encrypted, or an old doc file"),
        ("a.pdf", b"no pdf", "not a pdf file"),
        ("a.pdf", pdf_bytes(["铜"])[:300], "pdf"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(name: str, content: bytes, words: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_document(name, content)
    assert str(caught.value).startswith(f"{name}: ")
    assert words in str(caught.value)


def test_scan_is_told_from_a_text() -> None:
    with pytest.raises(
        UnreadableDocument, match="1 pages without text, a scan perhaps: run text recognition"
    ):
        read_document("a.pdf", blank_pdf())


def test_encrypted_pdf_asks_for_a_copy_without_password() -> None:
    with pytest.raises(UnreadableDocument, match="encrypted: save a copy without password"):
        read_document("a.pdf", blank_pdf("geheim"))


def test_zip_that_is_no_docx_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("a.txt", "x")
    with pytest.raises(UnreadableDocument, match="not a docx file"):
        read_document("a.docx", stream.getvalue())


# What Word keeps beside plain paragraphs.

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, name: str = "word/document.xml") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')
    return stream.getvalue()


def text_of(content: bytes) -> str:
    return read_document("a.docx", content).text


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def test_runs_of_a_paragraph_are_joined_and_paragraphs_are_lines() -> None:
    file = docx(paragraph("税收", "返还") + paragraph("零地价"))
    assert text_of(file) == "税收返还\n零地价"


def test_cells_of_a_table_are_read() -> None:
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("序号", "零地价"))
    file = docx(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")
    assert text_of(file) == "序号\n零地价"


def test_deleted_text_is_not_read() -> None:
    deleted = (
        "<w:p><w:del><w:r><w:delText>零地价</w:delText></w:r></w:del><w:r><w:t>公开出让</w:t></w:r></w:p>"
    )
    assert text_of(docx(deleted)) == "公开出让"


def test_text_box_is_read_once() -> None:
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = f"<w:txbxContent>{paragraph('零地价')}</w:txbxContent>"
    body = (
        f'<w:p xmlns:mc="{compatible}"><w:r><w:t>正文</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{box}'
        f"</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert text_of(docx(body)) == "正文\n零地价"


def test_break_and_tab_stay_apart() -> None:
    body = "<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r></w:p>"
    assert text_of(docx(body)) == "甲\n乙\t丙"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04broken", "damaged or locked"),
        (docx("", name="xl/workbook.xml"), "not a docx file"),
        (docx("<w:p>"), "its text is broken"),
        (docx("").replace(b"<w:document", b"<!DOCTYPE x"), "docx"),
    ],
)
def test_what_is_no_word_document_says_so(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableDocument, match=words):
        text_of(content)


def test_entities_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(UnreadableDocument, match="declares entities"):
        text_of(stream.getvalue())


def test_reason_is_said_in_chinese_too() -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_document("a.pdf", blank_pdf())
    assert caught.value.said_in("zh").startswith("1 页都没有文字")
