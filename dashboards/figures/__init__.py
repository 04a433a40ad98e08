"""Figures as functions of data: Plotly figures as plain dicts, and SVG strings. No store, no callback, no clock."""
