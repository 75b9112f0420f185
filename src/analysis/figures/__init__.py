"""How does a result look: drawn, tabled, said? Drawing functions compute nothing that is published."""

from analysis.figures.charts import control_chart, expected_plot, funnel_plot, heat_grid
from analysis.figures.control import alarms_sentence, control_panels, raters_sentence
from analysis.figures.effects import (
    action_panels,
    decisions_sentence,
    effects_plot,
    effects_sentence,
    units_sentence,
)
from analysis.figures.glossary import definition_list
from analysis.figures.likert import likert_bars
from analysis.figures.panel import headline, sentence, table
from analysis.figures.people import flags_sentence, spread_sentence, tiers_sentence, use_bars
from analysis.figures.picture import figure
from analysis.figures.plots import bar_counts, interval_plot, survival_curve, trend_plot
from analysis.figures.reviews import reviews_sentence
from analysis.figures.samples import samples_sentence
from analysis.figures.scorecard import verdict_grid
from analysis.figures.silence import tipping_sentence
from analysis.figures.style import canvas
from analysis.figures.summary import (
    changes_sentence,
    clauses_sentence,
    opening_panel,
    problems_sentence,
    reversals_sentence,
)
from analysis.figures.waits import paired_intervals, served_bars
from analysis.figures.years import restatement_sentence, year_panels

__all__ = [
    "action_panels", "alarms_sentence", "bar_counts", "canvas", "changes_sentence", "clauses_sentence", "control_chart",
    "control_panels", "decisions_sentence", "definition_list", "effects_plot", "effects_sentence",
    "expected_plot", "figure", "flags_sentence", "funnel_plot", "headline", "heat_grid", "interval_plot", "likert_bars",
    "opening_panel", "paired_intervals", "problems_sentence", "raters_sentence", "restatement_sentence",
    "reversals_sentence", "reviews_sentence", "samples_sentence", "sentence",
    "served_bars", "spread_sentence",
    "survival_curve", "table",
    "tiers_sentence", "tipping_sentence", "trend_plot", "units_sentence", "use_bars",
    "verdict_grid", "year_panels",
]
