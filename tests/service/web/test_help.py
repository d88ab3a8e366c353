"""Help pages: whole in both languages, linked, and true to the weights in use."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from matching.weights import read_weights
from service.labels import SIGNAL_LABELS
from service.shipped import weights_path
from service.web.help import HELP_PAGES
from tests.service.web.base import Page
from tests.service.web.conftest import Shown
from tests.service.web.test_pages import CHINESE, ENGLISH


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ["/help", *(f"/help/{page}" for page in HELP_PAGES)])
def test_page_is_whole_and_in_its_language(shown: Shown, address: str, language: str) -> None:
    page = shown(address, language)
    assert page.left_open == []
    strange = CHINESE if language == "en" else ENGLISH
    for text, of, around in page.texts:
        if {"script", "style", "code", "template"} & set(around) or (language == "en" and of == "zh-CN"):
            continue
        if language == "zh" and of == "en":
            continue
        assert not strange.search(text), text


def test_every_page_leads_to_help_and_help_to_its_pages(shown: Shown) -> None:
    assert "/help" in shown("/companies").attribute("href", "a")
    links = shown("/help").attribute("href", "a")
    assert {f"/help/{page}" for page in HELP_PAGES} <= set(links)


def test_links_of_the_guides_lead_somewhere(client: FlaskClient) -> None:
    for page in HELP_PAGES:
        for link in Page(client.get(f"/help/{page}").text).attribute("href", "a"):
            if link.startswith("/") and not link.startswith("/sign-in"):
                answer = client.get(link)
                assert answer.status_code == 200 or "/sign-in" in answer.headers["Location"], link


def test_score_is_told_from_the_weights_in_use(shown: Shown) -> None:
    weights = read_weights(weights_path())
    text = shown("/help/score", "en").text()
    assert weights.version in text
    for name in weights.weights:
        assert SIGNAL_LABELS[name] in text
    precision = weights.precision("A")
    assert precision is not None
    assert f" {precision.n} " in text


def test_data_page_counts_the_base(shown: Shown) -> None:
    assert "测试企业库（503 家）" in shown("/help/data").text()


def test_help_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/help/nothing").status_code == 404
