"""Moorshire, a county that does not exist: its organisations, its children, five years of their histories, and stories.

Everything is made from a seed, a size and a day; the same three give the same county to the last digit.
"""
