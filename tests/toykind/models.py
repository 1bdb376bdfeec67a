from django.db import models

from casework.models import Case


class BullyingCase(Case):
    """What a bullying report adds: where it happened."""

    place = models.CharField(max_length=100)
