"""Static files without the 49 MB that viewflow brings and nobody serves (they also break hashed
names)."""

from django.contrib.staticfiles.apps import StaticFilesConfig as Base


class StaticFilesConfig(Base):
    """Django's, with viewflow's folder left out."""

    ignore_patterns = [*Base.ignore_patterns, "viewflow"]
