"""Ratios inside one run, behind `maeari bench`."""
