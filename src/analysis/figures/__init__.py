"""How does a result look: drawn, tabled, said? Drawing functions compute nothing that is published."""

from analysis.figures.charts import control_chart, expected_plot, funnel_plot, heat_grid
from analysis.figures.control import alarms_sentence, control_panels, raters_sentence
from analysis.figures.glossary import definition_list
from analysis.figures.likert import likert_bars
from analysis.figures.panel import headline, sentence, table
from analysis.figures.picture import figure
from analysis.figures.plots import bar_counts, interval_plot, survival_curve, trend_plot
from analysis.figures.scorecard import verdict_grid
from analysis.figures.silence import tipping_sentence
from analysis.figures.style import canvas
from analysis.figures.summary import changes_sentence, clauses_sentence, opening_panel, problems_sentence
from analysis.figures.waits import paired_intervals, served_bars

__all__ = [
    "alarms_sentence", "bar_counts", "canvas", "changes_sentence", "clauses_sentence", "control_chart",
    "control_panels", "definition_list",
    "expected_plot", "figure", "funnel_plot", "headline", "heat_grid", "interval_plot", "likert_bars",
    "opening_panel", "paired_intervals", "problems_sentence", "raters_sentence", "sentence", "served_bars",
    "survival_curve", "table",
    "tipping_sentence", "trend_plot",
    "verdict_grid",
]
