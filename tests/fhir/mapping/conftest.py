"""Hypothesis without a deadline: a busy machine must not make a true property fail."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None, max_examples=60)
settings.load_profile("unhurried")
