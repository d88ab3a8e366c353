"""Pages that answer questions about a match."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.web.side_by_side import side_by_side
from tests.service.web.base import FOIL_ID, HOSTILE, HOSTILE_ID, LOCAL_ID, Page
from tests.service.web.conftest import Shown, ask

GAP = "gap=C03-G13"


def words_of(page: Page) -> str:
    return " ".join(text for text, _, _ in page.texts)


def numbers_in(page: Page, table: int) -> list[list[float]]:
    """Numbers of the rows of a table with signed numbers, read as they are printed."""
    rows = [
        row.split("</tr>")[0]
        for row in page.html.split("<table")[table + 1].split("</table>")[0].split("<tr")
    ]
    found = []
    for row in rows:
        cells = [cell.split(">", 1)[1].split("</td>")[0] for cell in row.split("<td")[1:]]
        values = [cell.replace("−", "-").strip() for cell in cells]
        numbers = [float(value) for value in values if value and value[0] in "+-0123456789"]
        if numbers:
            found.append(numbers)
    return found


def test_why_not_shows_place_rows_and_changes(shown: Shown) -> None:
    page = shown(f"/why-not?{GAP}&company={LOCAL_ID}", "en")
    assert "already in 甘肃" in words_of(page).replace("  ", " ") or "already in" in words_of(page)
    assert "What would change its place" in words_of(page)
    assert "difference" in words_of(page)


def test_printed_rows_add_up_to_the_printed_scores(shown: Shown) -> None:
    page = shown(f"/compare?{GAP}&company={FOIL_ID}&company={LOCAL_ID}", "en")
    tables = page.html.count("<table")
    *rows, totals = numbers_in(page, tables - 1)
    for column in range(3):
        assert sum(row[column] for row in rows) == pytest.approx(totals[column], abs=1e-6)


def test_a_part_is_given_to_the_box_on_the_gap_page(client: FlaskClient) -> None:
    response = ask(client, f"/why-not?{GAP}&company={FOIL_ID}", HX_Request="true", HX_Target="why-not")
    assert response.status_code == 200
    assert response.text.lstrip().startswith('<div id="why-not"')
    assert "<html" not in response.text
    assert 'name="company"' in client.get("/gaps/C03-G13").text


def test_a_name_of_several_offers_them(client: FlaskClient) -> None:
    response = ask(client, f"/why-not?{GAP}&company=铜箔")
    assert response.status_code == 409
    assert f"company={FOIL_ID}" in response.text
    assert ask(client, f"/why-not?{GAP}&company=没有这家企业").status_code == 404
    assert ask(client, f"/why-not?gap=C03-G99&company={FOIL_ID}").status_code == 404
    assert ask(client, f"/why-not?need=，&company={FOIL_ID}").status_code == 422
    assert ask(client, f"/compare?{GAP}&company={FOIL_ID}&company={FOIL_ID}").status_code == 422
    assert ask(client, "/reverse?text=。。").status_code == 422
    assert ask(client, "/similar?company=").status_code == 404


def test_imported_text_is_text(client: FlaskClient) -> None:
    for address in (
        f"/why-not?{GAP}&company={HOSTILE_ID}",
        f"/compare?{GAP}&company={HOSTILE_ID}&company={FOIL_ID}",
        f"/similar?company={FOIL_ID}",
        "/why-not?need=<script>alert(1)</script>&company=<script>alert(1)</script>",
        "/reverse?text=<script>alert(1)</script>铜箔",
    ):
        text = ask(client, address).text
        assert HOSTILE not in text
        assert "<script>alert" not in text


def test_reverse_finds_the_gap(shown: Shown) -> None:
    page = shown("/reverse?text=公司生产高档电解铜箔，用于锂电池", "zh")
    assert page.html.index("C03-G13") < page.html.index("</tbody>")


def test_company_page_leads_to_both(client: FlaskClient) -> None:
    text = client.get(f"/companies/{FOIL_ID}").text
    assert f"/reverse?company={FOIL_ID}" in text
    assert f"/similar?company={FOIL_ID}" in text
    part = ask(client, f"/similar?company={FOIL_ID}", HX_Request="true", HX_Target="similar").text
    assert part.lstrip().startswith('<div id="similar"')


def test_columns_are_rounded_along_the_sum() -> None:
    def candidate(*contributions: float) -> dict[str, object]:
        rows = [{"label": "l", "meaning": "m", "contribution": value} for value in contributions]
        return {"prior": -1.004, "contributions": rows, "requirements": []}

    sides = side_by_side([candidate(0.004, 0.004), candidate(1.0, 0.0)], [{}])
    # −1.004, −1.000, −0.996: as printed −1.00, −1.00, −1.00.
    assert (sides.prior, [line.values[0] for line in sides.lines]) == (-1.0, [0.0, 0.0])
    assert sides.totals == (-1.0, 0.0)
    assert sum(line.differences[0] for line in sides.lines) == sides.total_differences[0] == -1.0
