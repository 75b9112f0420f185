"""How does a result look: drawn, tabled, said? Drawing functions compute nothing that is published."""

from analysis.figures.glossary import definition_list
from analysis.figures.panel import headline, sentence, table
from analysis.figures.picture import figure
from analysis.figures.plots import bar_counts, interval_plot, survival_curve, trend_plot
from analysis.figures.scorecard import verdict_grid
from analysis.figures.style import canvas
from analysis.figures.summary import clauses_sentence, opening_panel, problems_sentence

__all__ = [
    "bar_counts", "canvas", "clauses_sentence", "definition_list", "figure", "headline", "interval_plot",
    "opening_panel", "problems_sentence", "sentence", "survival_curve", "table", "trend_plot", "verdict_grid",
]
