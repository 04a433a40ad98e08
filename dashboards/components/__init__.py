"""Pieces of layout that two pages share, with their own ids."""
