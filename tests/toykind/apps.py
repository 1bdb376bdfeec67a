"""A third case kind, for the proof that a new kind is one app and no edit below: bullying reports."""

from django.apps import AppConfig


class ToyKindConfig(AppConfig):
    name = "tests.toykind"
    label = "toykind"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from casework.case_types import registry
        from tests.toykind import kind

        registry.register(kind.BULLYING)
