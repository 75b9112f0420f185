"""Quarterly service quality evaluation: which question each module answers is its first line."""
