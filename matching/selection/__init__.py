"""Who is invited: the companies that cover the most gaps within seats and rules."""

from __future__ import annotations

from matching.selection.baselines import Baseline, greedy, top_by_probability
from matching.selection.coverage import coverage_of, marginal_value, total_value
from matching.selection.meetings import Meeting, Request, Timetable, timetable
from matching.selection.problem import Lock, Option, Problem, Quota, Rule
from matching.selection.questions import (
    Change,
    Displacement,
    Relaxation,
    Waiting,
    changes_between,
    changes_in,
    displaced_by,
    gain_of_relaxing,
    waiting_list,
)
from matching.selection.solve import Pick, Selection, solve

__all__ = [
    "Baseline",
    "Change",
    "Displacement",
    "Lock",
    "Meeting",
    "Option",
    "Pick",
    "Problem",
    "Quota",
    "Relaxation",
    "Request",
    "Rule",
    "Selection",
    "Timetable",
    "Waiting",
    "changes_between",
    "changes_in",
    "coverage_of",
    "displaced_by",
    "gain_of_relaxing",
    "greedy",
    "marginal_value",
    "solve",
    "timetable",
    "top_by_probability",
    "total_value",
    "waiting_list",
]
