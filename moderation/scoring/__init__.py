"""Scoring: numbers for a text, one per label; thresholds live elsewhere."""
