"""Hypothesis without a deadline: a busy machine must not make a true property fail."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
