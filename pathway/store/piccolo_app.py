"""What Piccolo's command line and migrations look for: the app, the registry, the engine.

`piccolo_conf.py` at the top of the repository only passes these on.
"""

from pathlib import Path

from piccolo.conf.apps import AppConfig, AppRegistry

from pathway.store.piccolo_engine import ENGINE

APP_NAME = "pathway"


def migrations_folder() -> Path:
    """In the wheel the migrations lie inside the package; in a checkout at the top of the repository."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parent / "migrations"


DB = ENGINE
APP_CONFIG = AppConfig(app_name=APP_NAME, migrations_folder_path=migrations_folder(), table_classes=[])
APP_REGISTRY = AppRegistry(apps=["pathway.store.piccolo_app"])
