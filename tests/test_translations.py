"""The Chinese catalogue: whole, exact, compiled, and Chinese."""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from service.i18n import LANGUAGES, translate
from service.translations.update import MO, compiled, extract, read_chinese, untranslated

UPDATE = "run python service/translations/update.py and fill in what it lists"
_PERCENT = re.compile(r"%(?:\([a-z_]+\)[sd]|%)")
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_EXAMPLE = re.compile(r"[\u3400-\u9fff]+\([^()]*\)")
# Names of things that have no Chinese one.
NAMES = ("CSV UTF-8", "--take theirs", "--take yours", "lianzhao index build")
_LATIN_PHRASE = re.compile(r"[A-Za-z]{2,}[ ,;:]+[A-Za-z]{2,}")


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extract()


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return read_chinese()


def texts_of(message: Message) -> Iterator[tuple[str, str]]:
    """Each key with its Chinese text; a plural has two keys and one text."""
    keys = [message.id] if isinstance(message.id, str) else list(message.id)
    texts = [message.string] if isinstance(message.string, str) else list(message.string)
    for number, key in enumerate(keys):
        yield key, texts[min(number, len(texts) - 1)]


def rows(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def placeholders(text: str) -> list[str]:
    braces = [
        f"{{{field}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}"
        for _, field, spec, conversion in string.Formatter().parse(text)
        if field is not None
    ]
    return sorted([*braces, *_PERCENT.findall(text)])


def test_every_string_of_the_service_is_in_the_catalogue(template: Catalog, chinese: Catalog) -> None:
    assert len(rows(template)) > 300
    missing = [message.id for message in rows(template) if message.id not in chinese]
    assert not missing, UPDATE


def test_catalogue_holds_no_string_that_nobody_says(template: Catalog, chinese: Catalog) -> None:
    assert [message.id for message in rows(chinese) if message.id not in template] == [], UPDATE
    assert not chinese.obsolete


def test_no_translation_is_missing_or_guessed(chinese: Catalog) -> None:
    assert untranslated(chinese) == [], UPDATE


def test_placeholders_are_those_of_the_english_text(chinese: Catalog) -> None:
    differ = []
    for message in rows(chinese):
        for key, text in texts_of(message):
            # The Chinese of “one gap” may say the number that the English leaves out.
            if placeholders(key) != placeholders(text) and not isinstance(message.id, tuple):
                differ.append((key, text))
    assert differ == []
    plural = [message for message in rows(chinese) if isinstance(message.id, tuple)]
    assert plural
    for message in plural:
        assert placeholders(list(texts_of(message))[-1][0]) == placeholders(list(texts_of(message))[-1][1])


def test_compiled_catalogue_is_that_of_the_texts(chinese: Catalog) -> None:
    with MO.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in rows(chinese):
        key = message.id if isinstance(message.id, str) else message.id[0]
        found = compiled.gettext(key) if isinstance(message.id, str) else compiled.ngettext(*message.id, 2)
        wanted = message.string if isinstance(message.string, str) else message.string[0]
        assert found == wanted, UPDATE


def test_compiling_again_changes_nothing() -> None:
    assert compiled(read_chinese()) == compiled(read_chinese())


def test_translations_are_chinese(chinese: Catalog) -> None:
    english = []
    for message in rows(chinese):
        for _, text in texts_of(message):
            bare = _PERCENT.sub("", text)
            for name in NAMES:
                bare = bare.replace(name, "")
            if not _CHINESE.search(text) or _LATIN_PHRASE.search(bare):
                english.append(text)
    assert english == []


def test_chinese_texts_use_chinese_punctuation(chinese: Catalog) -> None:
    """No half-width comma, colon, bracket, question mark or straight quote next to Chinese characters."""
    wrong = re.compile(r"[\u3400-\u9fff][,;:?!()\"']|[,;:?!(\"'][\u3400-\u9fff]|[\u3400-\u9fff]\.(?:\s|$)")
    found = []
    for message in rows(chinese):
        for key, text in texts_of(message):
            for example in _EXAMPLE.findall(key):  # what is typed into a file stands letter by letter
                text = text.replace(example, "")
            if wrong.search(text):
                found.append(text)
    assert found == []


def test_no_space_is_typed_between_sentences(chinese: Catalog) -> None:
    found = [
        text for message in rows(chinese) for _, text in texts_of(message) if re.search(r"[，。；：] ", text)
    ]
    assert found == []


def test_english_is_the_key_itself() -> None:
    assert translate("en", "partly met") == "partly met"
    assert translate("zh", "partly met") == "部分满足"
    assert LANGUAGES == ("zh", "en")
