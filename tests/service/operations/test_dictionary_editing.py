from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from matching.dictionary import Dictionary
from matching.embedding import HashingEmbedder
from matching.engine import Engine
from service.config import read_config
from service.engines import EngineRoom
from service.errors import EditConflict, InvalidProfile, NotFound, PermissionDenied
from service.operations.dictionary_editing import (
    EntryContent,
    check_entry,
    delete_entry,
    dictionary_state,
    find_entries,
    get_entry,
    merge,
    save_entry,
    whole_dictionary,
)
from service.operations.dictionary_effects import preview_effect
from tests.factories import make_chain, make_company, make_gap
from tests.service.conftest import CURATOR, VIEWER

FOIL = EntryContent("电解铜箔", same=("阴极箔",), why="行业通称")
NEW = EntryContent("陇原合金", narrower=("陇原一号",), why="地方标准")


def kinds(dictionary: Dictionary, name: str) -> dict[str, str]:
    return {term.text: term.kind for term in dictionary.expand([name]).terms}


def test_added_names_stand_beside_those_that_ship(session: Session) -> None:
    before = kinds(whole_dictionary(session), "电解铜箔")
    save_entry(session, CURATOR, FOIL, revision=0)
    assert kinds(whole_dictionary(session), "电解铜箔") == {**before, "阴极箔": "same"}
    assert whole_dictionary(session).version != merge([]).version


def test_replacing_entry_takes_the_shipped_names_away(session: Session) -> None:
    save_entry(session, CURATOR, replace(FOIL, mode="replace"), revision=0)
    assert kinds(whole_dictionary(session), "电解铜箔") == {"电解铜箔": "self", "阴极箔": "same"}


def test_shipped_entry_can_be_taken_out(session: Session) -> None:
    save_entry(session, CURATOR, EntryContent("电解铜箔", mode="off", why="误收"), revision=0)
    found = whole_dictionary(session)
    assert not any(entry.term == "电解铜箔" for entry in found.entries)
    assert len(found) == len(merge([])) - 1


def test_term_that_does_not_ship_is_new(session: Session) -> None:
    save_entry(session, CURATOR, NEW, revision=0)
    assert kinds(whole_dictionary(session), "陇原合金") == {"陇原合金": "self", "陇原一号": "narrower"}
    assert get_entry(session, "陇原合金").shipped == ()


def test_own_entry_taken_back_leaves_what_ships(session: Session) -> None:
    save_entry(session, CURATOR, FOIL, revision=0)
    delete_entry(session, CURATOR, "电解铜箔", revision=1)
    assert whole_dictionary(session).version == merge([]).version
    with pytest.raises(NotFound, match="what ships cannot be deleted"):
        delete_entry(session, CURATOR, "电解铜箔", revision=1)


def test_second_curator_is_told_who_was_faster(session: Session) -> None:
    save_entry(session, CURATOR, FOIL, revision=0)
    with pytest.raises(EditConflict, match="张三 changed it"):
        save_entry(session, CURATOR, replace(FOIL, why="另一说"), revision=0)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (replace(FOIL, why=" "), "why"),
        (replace(FOIL, same=()), "same"),
        (replace(FOIL, same=("箔",)), "names"),
        (replace(FOIL, same=("电解 铜箔",)), "names"),
        (replace(FOIL, mode="perhaps"), "mode"),
        (replace(FOIL, same=tuple(f"别名{n}" for n in range(60))), "same"),
    ],
)
def test_wrong_entry_is_refused_with_what_is_wrong(content: EntryContent, path: str) -> None:
    with pytest.raises(InvalidProfile) as caught:
        check_entry(content)
    assert path in [problem.path for problem in caught.value.problems]


def test_viewer_may_not_write(session: Session) -> None:
    with pytest.raises(PermissionDenied):
        save_entry(session, VIEWER, FOIL, revision=0)


def test_search_shows_the_term_itself_first(session: Session) -> None:
    save_entry(session, CURATOR, NEW, revision=0)
    assert find_entries(session, "电解铜箔", limit=5)[0].term == "电解铜箔"
    assert [row.term for row in find_entries(session, "", limit=5)] == ["陇原合金"]
    assert [row.term for row in find_entries(session, "陇原一号", limit=5)] == ["陇原合金"]


def test_effect_names_only_gaps_that_the_entry_touches(
    session: Session, open_engine: Callable[[], Engine]
) -> None:
    chain = make_chain(session)
    make_gap(session, chain, "CU-01", requirements=("陇原合金",))
    make_gap(session, chain, "CU-02", requirements=("覆铜板",))
    far = make_company(session, "远方股份", products=(("玄武一号", 0.9),))
    entry = replace(NEW, narrower=("玄武一号",))
    make_company(session, "覆铜股份", products=("覆铜板",))
    for number in range(3):
        make_company(session, f"合金{number}", products=("铝合金",))
    engine = open_engine().with_dictionary(whole_dictionary(session))
    effect = preview_effect(session, engine, entry.key, entry, None)
    assert effect.touched == ("CU-01",)
    moves = {move.company_id: move for gap in effect.effects for move in gap.moves}
    assert (moves[far.external_id].before, moves[far.external_id].now) != (1, 1)
    assert moves[far.external_id].now == 1
    nothing = preview_effect(session, engine, NEW.key, None, None)
    assert nothing.touched == ()


def test_running_engine_takes_the_new_words_without_a_restart(
    session: Session, open_engine: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_company(session, "远方股份", products=("陇原一号",))
    opened = open_engine()
    session.commit()
    room = EngineRoom(read_config({"LIANZHAO_EMBEDDER": "hashing"}))
    monkeypatch.setattr(Engine, "open", lambda *given: opened.with_dictionary(given[-1]))
    room.__dict__["embedder"] = HashingEmbedder()
    first = room.engine(session)
    assert room.engine(session) is first
    state = dictionary_state(session)
    save_entry(session, CURATOR, NEW, revision=0)
    assert dictionary_state(session) != state
    second = room.engine(session)
    assert second is not first
    assert "陇原一号" in kinds(second.dictionary, "陇原合金")
    assert room.engine(session) is second
