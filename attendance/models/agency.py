"""What a mediation provider and a community partner have in common: who they are, and the memoranda
with them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Agency(models.Model):
    """An agency outside the district, and whom to ask there."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    contact = models.CharField(_("contact person"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    active = models.BooleanField(_("takes referrals"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Memorandum(models.Model):
    """A memorandum of understanding; without one in force nobody is referred."""

    signed_on = models.DateField(_("signed"))
    starts = models.DateField(_("in force from"))
    ends = models.DateField(_("in force until"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        abstract = True
