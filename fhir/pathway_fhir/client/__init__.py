"""Asking other systems over HTTP: the one request, what is signed, how long a token lasts, when to try again, when to wait."""
