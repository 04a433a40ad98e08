"""The parts of an interrupted time series: the question, the fit, the tables, the checks, the words."""
