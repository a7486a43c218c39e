"""Quantities: what numbers, units, money, dates and times of a source its translation must say again."""
