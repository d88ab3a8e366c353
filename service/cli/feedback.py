"""`lianzhao feedback` and `lianzhao ab`: verdicts on candidates, and the rankings that they compare."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from models import utc_now
from service.actors import COMMAND_LINE
from service.cli.context import Opened, as_json, check_folder_of, pass_opened, print_json, written_whole
from service.errors import InvalidInput
from service.operations.ab_tests import Side, end_ab_test, get_ab_test, report_ab_test, start_ab_test
from service.operations.feedback import export_feedback, list_feedback
from service.shipped import weights_path

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_TARGET = click.Path(path_type=Path, dir_okay=False)


@click.group()
def feedback() -> None:
    """Verdicts that officers gave on candidates."""


@feedback.command("list")
@click.option("--gap", "gap_code", help="Only of this gap.")
@click.option("--ended", is_flag=True, help="Also verdicts that were changed or withdrawn.")
@as_json
@pass_opened
def list_verdicts(opened: Opened, gap_code: str | None, ended: bool, as_json: bool) -> None:
    """Verdicts, the newest first."""
    with opened.database.reading() as session:
        rows = [
            {
                "gap": row.gap_version.gap.code,
                "gap_version": row.gap_version.version,
                "company": row.company_external_id,
                "company_name": row.company_name,
                "verdict": row.verdict,
                "reason": row.reason,
                "note": row.note,
                "rank": row.rank,
                "login": row.login,
                "given_at": row.created_at.isoformat(timespec="seconds"),
                "ended_at": row.ended_at and row.ended_at.isoformat(timespec="seconds"),
            }
            for row in list_feedback(session, COMMAND_LINE, gap_code=gap_code, ended=ended)
        ]
    if as_json:
        print_json({"feedback": rows})
        return
    for row in rows:
        click.echo(
            f"{row['given_at']}  {row['gap']} v{row['gap_version']}  {row['company_name']}  {row['verdict']}"
            f"  {row['reason'] or '-'}  rank {row['rank']}  {row['login']}"
            + (f"  ended {row['ended_at']}" if row["ended_at"] else "")
        )
    click.echo(f"{len(rows)} verdicts")


@feedback.command("export")
@click.option("--out", type=_TARGET, required=True, help="Write the grades here as TREC qrels.")
@click.option("--queries-out", type=_TARGET, required=True, help="Write the gaps here, one JSON a line.")
@as_json
@pass_opened
def export(opened: Opened, out: Path, queries_out: Path, as_json: bool) -> None:
    """Live verdicts as a judged set, as "lianzhao train" and "lianzhao evaluate" read it."""
    for path in (out, queries_out):
        check_folder_of(path)
    with opened.database.reading() as session:
        exported = export_feedback(session, COMMAND_LINE)
    for path, content in ((queries_out, exported.queries), (out, exported.qrels)):
        with written_whole(path) as file:
            file.write(content.encode())
    if as_json:
        print_json({"pairs": exported.pairs, "out": str(out), "queries_out": str(queries_out)})
        return
    click.echo(f"{exported.pairs} graded pairs written to {out}, their gaps to {queries_out}")


@click.group()
def ab() -> None:
    """Blind comparison of two rankings: one list for the user, credits by verdicts."""


@ab.command("start")
@click.argument("name")
@click.option("--weights-a", type=_FILE, help="Weights of side a [default: those that ship].")
@click.option("--weights-b", type=_FILE, help="Weights of side b [default: those that ship].")
@click.option("--no-dictionary-a", is_flag=True, help="Side a ranks without the dictionaries.")
@click.option("--no-dictionary-b", is_flag=True, help="Side b ranks without the dictionaries.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@as_json
@pass_opened
def start(
    opened: Opened,
    name: str,
    weights_a: Path | None,
    weights_b: Path | None,
    no_dictionary_a: bool,
    no_dictionary_b: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Begin to show lists of gaps that are drafted from two rankings."""
    a = Side(_content(weights_a or weights_path()), not no_dictionary_a)
    b = Side(_content(weights_b or weights_path()), not no_dictionary_b)
    with opened.database.session() as session:
        start_ab_test(session, COMMAND_LINE, name, a, b, seed=seed, now=utc_now())
    if as_json:
        print_json({"name": name, "sides": {"a": _said(asdict(a)), "b": _said(asdict(b))}, "ended": False})
        return
    click.echo(f'{name} runs; see "lianzhao ab report {name}"')


@ab.command("end")
@click.argument("name")
@as_json
@pass_opened
def end(opened: Opened, name: str, as_json: bool) -> None:
    """End it: lists are those of the weights in use again."""
    with opened.database.session() as session:
        end_ab_test(session, COMMAND_LINE, name, now=utc_now())
    if as_json:
        print_json({"name": name, "ended": True})
        return
    click.echo(f"{name} is over")


@ab.command("report")
@click.argument("name")
@as_json
@pass_opened
def report(opened: Opened, name: str, as_json: bool) -> None:
    """Which ranking won, with the interval of the difference of credits a − b."""
    with opened.database.reading() as session:
        found = report_ab_test(session, COMMAND_LINE, name)
        test = get_ab_test(session, name)
        sides = {team: _said(side) for team, side in (("a", test.side_a), ("b", test.side_b))}
        ended = test.ended_at
    if as_json:
        print_json({"name": name, "sides": sides, "ended": ended is not None, **asdict(found)})
        return
    click.echo(f"{name} ({'over' if ended else 'running'}): a {sides['a']}, b {sides['b']}")
    click.echo(
        f"{found.lists} lists judged on both sides: a won {found.wins_a}, b won {found.wins_b}, "
        f"{found.ties} even; exact binomial p {found.p_value:.4f}"
    )
    click.echo(f"credits a − b {found.difference:+.3f}, 95 % [{found.low:+.3f}, {found.high:+.3f}]")
    click.echo(f"winner: {found.winner}" if found.winner else "no winner yet: it could be chance")


def _said(side: dict[str, Any]) -> str:
    return str(side["weights"]["version"]) + ("" if side["dictionary"] else " without dictionaries")


def _content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as err:
        raise InvalidInput(f"{path.name}: no file of weights ({err}): give one of lianzhao train") from err
    if not isinstance(content, dict):
        raise InvalidInput(f"{path.name}: no file of weights: give one of lianzhao train")
    return content
