"""`lianzhao evaluate`."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import click

from matching.evaluation import write_trec_run
from matching.faithfulness import EXPLAINED, SAMPLE
from matching.measures import MEASURES
from service.cli.context import Opened, as_json, check_folder_of, pass_opened, print_json, written_whole
from service.cli.progress import shown
from service.operations.evaluations import Explanations
from service.operations.evaluations import evaluate as run_evaluation

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_SHORT = {
    "ndcg_at_10": "nDCG@10",
    "ndcg_at_10_condensed": "condensed",
    "p_at_5": "P@5",
    "p_at_10": "P@10",
    "recall_at_50": "R@50",
    "mrr": "MRR",
    "judged_at_10": "judged",
}


@click.command()
@click.option("--queries", type=_FILE, required=True, help="Gaps, one JSON a line: id, chain, title, need.")
@click.option("--qrels", type=_FILE, required=True, help="Grades as TREC qrels: query 0 company grade.")
@click.option("--companies", type=_FILE, required=True, help="Companies as for import.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here as JSON.")
@click.option(
    "--run", "run_file", type=click.Path(path_type=Path, dir_okay=False), help="Write a TREC run here."
)
@click.option(
    "--explanations",
    is_flag=True,
    help="Also measure whether the explanations quote what the score stands on, and resolve every statement.",
)
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=SAMPLE,
    show_default=True,
    help="With --explanations: so many of the best candidates are scored again without their quotes; 0: all.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Which ones are drawn.")
@as_json
@pass_opened
def evaluate(
    opened: Opened,
    queries: Path,
    qrels: Path,
    companies: Path,
    out: Path | None,
    run_file: Path | None,
    explanations: bool,
    sample: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure the engine on a judged set, beside BM25, character n-grams and whole-text embeddings.

    Touches no database. Vectors are kept in LIANZHAO_HOME, so that a second run takes seconds for them.
    """
    for target in (out, run_file):
        check_folder_of(target)
    with (
        tempfile.TemporaryDirectory(prefix="evaluate-", dir=opened.config.home) as scratch,
        shown(opened.config.language) as progress,
    ):
        engines = opened.engines
        evaluation = run_evaluation(
            queries,
            qrels,
            companies,
            engines.embedder,
            engines.weights,
            engines.dictionary,
            Path(scratch),
            progress,
            Explanations(date.today(), sample, seed) if explanations else None,  # noqa: DTZ011  of this place
        )
    if out is not None:
        with written_whole(out) as file:
            file.write(json.dumps(evaluation.report, ensure_ascii=False, indent=1).encode())
    if run_file is not None:
        write_trec_run(evaluation.rankings, run_file)
    if as_json:
        print_json(evaluation.report)
    else:
        _print_report(evaluation.report)


def _print_report(report: dict[str, Any]) -> None:
    click.echo(f"{report['queries']} queries")
    if report["judged_companies_missing"]:
        click.echo(
            f"{report['judged_companies_missing']} judged companies are not among the companies: "
            "they count as not found"
        )
    click.echo(_row("", [_SHORT[name] for name in MEASURES]))
    for name, measures in report["systems"].items():
        click.echo(_row(name, [f"{measures[m]:.3f}" for m in MEASURES]))
    ours = next(iter(report["systems"]))
    click.echo(f"{ours}, per chain")
    for chain, measures in report["systems"][ours]["per_chain"].items():
        click.echo(_row(chain, [f"{measures[m]:.3f}" for m in MEASURES]))
    for pair, test in report["paired_ndcg_at_10"].items():
        click.echo(
            f"nDCG@10 {pair}: {test['difference']:+.3f}  95 % [{test['low']:+.3f}, {test['high']:+.3f}]  "
            f"share of draws not above 0: {test['share_not_above_0']:.4f}"
        )
    if "explanations" in report:
        _print_explanations(report["explanations"])


def _print_explanations(measured: dict[str, Any]) -> None:
    apart = measured["not_comparable"]
    click.echo(
        f"explanations: of {measured['explained']} (the best {EXPLAINED} of each query) "
        f"{measured['sampled']} scored again, {measured['compared']} comparable (nothing quoted: "
        f"{apart['nothing_quoted']}, no other passages of that length: {apart['nothing_else_to_draw']})"
    )
    for name, words in (("comprehensiveness", "without the quotes"), ("sufficiency", "only the quotes")):
        fall, share = measured[name], measured["beats_random_share"][name]
        if share is not None:
            click.echo(
                f"  {name + ',':<19}{words:<19}log-odds fall by {fall['drop_log_odds']:+.3f}, "
                f"random passages {fall['random_drop_log_odds']:+.3f}; beats random for {share:.1%}"
            )
    told = measured["statements"]
    click.echo(
        f"  statements: {told['resolved']} of {told['total']} resolve to a stored span or a named rule"
    )
    for row in told["unresolved"]:
        click.echo(f"  ! {row['query']} {row['company']} {row['kind']} {row['code']}: {row['fault']}")


def _row(name: str, cells: list[str]) -> str:
    wide = sum(1 for character in name if ord(character) > 0x2E80)  # these take two columns of the terminal
    return name + " " * max(1, 24 - len(name) - wide) + "".join(f"{cell:>11}" for cell in cells)
