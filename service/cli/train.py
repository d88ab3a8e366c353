"""`lianzhao train`."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from matching.weights import Weights, WeightsInvalid
from service.actors import COMMAND_LINE
from service.cli.context import Opened, as_json, check_folder_of, pass_opened, print_json, written_whole
from service.cli.progress import shown
from service.operations.evaluations import Companies, JudgedFiles, Retrained, companies_in
from service.operations.evaluations import train as run_training
from service.operations.feedback import export_feedback

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FEEDBACK = "feedback"


@click.command()
@click.option("--queries", type=_FILE, help="Gaps, one JSON a line: id, chain, title, need.")
@click.option("--qrels", type=_FILE, help="Grades as TREC qrels: query 0 company grade.")
@click.option("--companies", type=_FILE, help="Companies as for import [default: those of the database].")
@click.option("--feedback", type=_FILE, help="The installation's own verdicts, as qrels.")
@click.option(
    "--feedback-queries", type=_FILE, help="The gaps of the verdicts [default: those of --queries]."
)
@click.option("--from-database", is_flag=True, help="Learn from the verdicts that the database holds.")
@click.option("--use", is_flag=True, help="Use the new weights from now on: also keep them in LIANZHAO_HOME.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the weights here.")
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day that the weights' card states [default: today].",
)
@as_json
@pass_opened
def train(
    opened: Opened,
    queries: Path | None,
    qrels: Path | None,
    companies: Path | None,
    feedback: Path | None,
    feedback_queries: Path | None,
    from_database: bool,
    use: bool,
    out: Path | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """Learn the weights of the signals from judged sets, cross-validated by query.

    The same files, model, dictionaries and date give the same weights byte for byte. Weights learned from
    feedback are measured against those in use on all that was judged, and refused when they lose.
    """
    day = on.date() if on else date.today()  # noqa: DTZ011  the day of the place where the command runs
    check_folder_of(out)
    kept = opened.config.home / "weights" / "current.json" if use else None
    targets = [path for path in (out, kept) if path is not None]
    if not targets:
        raise click.UsageError("say where the weights go: --out FILE, --use, or both")
    with (
        tempfile.TemporaryDirectory(prefix="train-", dir=opened.config.home) as scratch,
        shown(opened.config.language) as progress,
    ):
        sets = _judged(queries, qrels, feedback, feedback_queries)
        if from_database:
            sets[FEEDBACK] = _of_database(opened, Path(scratch))
        if not sets:
            raise click.UsageError("give judgments: --queries with --qrels, --feedback, or --from-database")
        engines = opened.engines
        result = run_training(
            sets,
            companies or _companies(opened),
            engines.embedder,
            engines.dictionary,
            Path(scratch),
            day,
            progress,
            _in_use(opened) if FEEDBACK in sets else None,
        )
    content = json.dumps(result.trained.weights, ensure_ascii=False, indent=1) + "\n"
    for path in targets:
        path.parent.mkdir(exist_ok=True)
        with written_whole(path) as file:
            file.write(content.encode())
    _tell(result, targets, as_json)


def _judged(
    queries: Path | None, qrels: Path | None, feedback: Path | None, feedback_queries: Path | None
) -> dict[str, JudgedFiles]:
    sets = {}
    if (queries is None) and (qrels is not None or (feedback is not None and feedback_queries is None)):
        raise click.UsageError("Missing option '--queries': the gaps that the grades are about")
    if queries is not None and qrels is not None:
        sets["judged"] = JudgedFiles(queries, qrels)
    if feedback is not None:
        named = feedback_queries or queries
        if named is not None:
            sets[FEEDBACK] = JudgedFiles(named, feedback)
    return sets


def _of_database(opened: Opened, scratch: Path) -> JudgedFiles:
    files = JudgedFiles(scratch / "feedback.jsonl", scratch / "feedback.tsv")
    with opened.database.reading() as session:
        exported = export_feedback(session, COMMAND_LINE)
    files.queries.write_text(exported.queries, "utf-8")
    files.qrels.write_text(exported.qrels, "utf-8")
    return files


def _companies(opened: Opened) -> Companies:
    with opened.database.reading() as session:
        return companies_in(session)


def _in_use(opened: Opened) -> Weights | None:
    """The weights to win against; None where those of an older version can rank nothing any more."""
    try:
        return opened.engines.weights
    except WeightsInvalid as err:
        click.echo(f"no weights in use to compare with: {err}", err=True)
        return None


def _tell(result: Retrained, targets: list[Path], as_json: bool) -> None:
    weights = result.trained.weights
    card = weights["card"]
    if as_json:
        told: dict[str, Any] = {"version": weights["version"], "card": card}
        if result.tests:
            told["paired_tests"] = {name: asdict(test) for name, test in result.tests.items()}
        print_json(told)
        return
    click.echo(f"{weights['version']} written to {', '.join(map(str, targets))}; cross-validated by query:")
    for name, value in card["metrics"]["cross_validated"].items():
        click.echo(f"  {name:<24}{value:.3f}")
    click.echo(f"  {'calibration error':<24}{card['metrics']['expected_calibration_error']:.3f}")
    for band, measured in card["band_precision"].items():
        click.echo(f"  band {band}: precision {measured['value']:.3f} of {measured['n']} judged companies")
    for name, test in result.tests.items():
        click.echo(f"against the weights in use, on {name}: {test}")
