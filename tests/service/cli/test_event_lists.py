"""`lianzhao event add|list|show|select|…`: an event from its file to its ledger on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.service.cli.running import COPPER, FOIL, SMALL, done, run

PLAN = {
    "format": 1,
    "code": "E1",
    "name": "民企陇上行",
    "edition": "示例届",
    "organiser": {"hosts": ["省商务厅"]},
    "start_on": "2027-05-18",
    "place": "兰州市",
    "seats": 1,
    "min_probability": 0,
    "in_play": [{"chain": "C03"}],
}


@pytest.fixture
def plan(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "event.yaml"
    path.write_text(yaml.safe_dump(PLAN, allow_unicode=True), "utf-8")
    done("event", "add", path)
    return path


def test_event_goes_from_its_file_to_the_ledger(plan: Path) -> None:
    assert [row["code"] for row in done("event", "list", "--json").json["events"]] == ["E1"]
    selected = done("event", "select", "E1", "--json", "--why", "首轮").json
    assert selected["status"] == "optimal"
    assert [row["company"] for row in selected["selected"]] == [FOIL]
    assert "江陵铜箔" in done("event", "show", "E1").out
    edited = done("event", "edit", "E1", FOIL, "invite_status=declined", "--json").json
    assert edited["applied"][0]["new"] == "declined"
    done("event", "select", "E1", "--keep-others", "--no-relaxing")
    entries = done("event", "show", "E1", "--json").json["entries"]
    assert [entry["company_id"] for entry in entries if entry["status"] == "in"] != [FOIL]
    assert (
        "因江陵铜箔" in done("event", "versions", "E1").out
        or "江陵铜箔" in done("event", "versions", "E1").out
    )
    assert done("event", "diff", "E1", "1", "2", "--json").json["rows"][0]["kind"] in ("added", "removed")
    for state in ("review", "approved", "issued"):
        done("event", "state", "E1", state)
    assert done("event", "ledger", "E1", "--json").json["version"] == 5
    assert done("event", "followup", "E1", "--json").json["invitations"]["declined"] == 1
    met = done("event", "meetings", "E1", "--slot", "05-19 09:00", "--json").json
    assert len(met["meetings"]) == 1


def test_why_answers_in_words(plan: Path) -> None:
    done("event", "select", "E1", "--no-relaxing")
    assert "小溪铜箔" in done("event", "why", "E1", SMALL).out
    assert done("event", "why", "E1", COPPER, "--json").json["company"] == COPPER


def test_errors_are_one_line(plan: Path) -> None:
    assert "E1" in run("event", "add", plan).error
    assert "E9" in run("event", "show", "E9").error
    assert "select" in run("event", "state", "E1", "review").error
    assert "FIELD=VALUE" in run("event", "edit", "E1", FOIL, "signed").error
    assert "not on its list" in run("event", "edit", "E1", FOIL, "stage=signed").error
