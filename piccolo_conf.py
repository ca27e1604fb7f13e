"""Where Piccolo's command line looks first; everything is in pathway/store/piccolo_app.py."""

from pathway.store.piccolo_app import APP_REGISTRY, DB

__all__ = ["APP_REGISTRY", "DB"]
