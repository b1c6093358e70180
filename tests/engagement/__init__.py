"""Tests of the engagement rooms."""
