"""How does a result look: drawn, tabled, said? Drawing functions compute nothing that is published."""

from analysis.figures.panel import headline, sentence, table
from analysis.figures.picture import figure
from analysis.figures.plots import bar_counts, interval_plot, survival_curve, trend_plot
from analysis.figures.scorecard import verdict_grid
from analysis.figures.style import canvas

__all__ = [
    "bar_counts", "canvas", "figure", "headline", "interval_plot", "sentence", "survival_curve", "table",
    "trend_plot", "verdict_grid",
]
