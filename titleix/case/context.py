"""What stands beside a case file in tables of its own and is asked for by pages and by conditions
of steps: who holds what in the case, until when the people in it are trained, the inspection log,
disposal and legal holds. One statement per case file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from casework.engine.casefile import CaseFile
from casework.engine.fast_models import parsed, revive
from casework.models import Disposal, LegalHold

MOST_LOOKS = 500
_NAME = "coalesce(nullif(trim(concat(u.first_name, ' ', u.last_name)), ''), u.username)"
# One statement instead of six: it is asked at every page of a case and at every step.
_BESIDE = f"""
WITH people AS (
         SELECT g.user_id AS id
           FROM casework_caseuserpermission g
          WHERE g.content_object_id = %(case)s
          UNION
         SELECT a.user_id FROM titleix_assignment a WHERE a.case_id = %(case)s
          UNION
         SELECT r.by_id FROM titleix_record r WHERE r.case_id = %(case)s AND r.by_id IS NOT NULL
          UNION
         SELECT %(user)s::bigint WHERE %(user)s::bigint IS NOT NULL
     )
SELECT (SELECT jsonb_agg(jsonb_build_array(g.user_id, p.codename))
          FROM casework_caseuserpermission g
          JOIN auth_permission p ON p.id = g.permission_id
         WHERE g.content_object_id = %(case)s),
       (SELECT jsonb_agg(jsonb_build_array(u.id, {_NAME}))
          FROM district_user u
          JOIN people USING (id)),
       (SELECT jsonb_agg(jsonb_build_array(t.user_id, t.role, t.until))
          FROM (SELECT t.user_id, t.role, max(t.valid_until) AS until
                  FROM titleix_training t
                  JOIN people ON people.id = t.user_id
                 GROUP BY 1, 2) t),
       (SELECT jsonb_agg(to_jsonb(i))
          FROM (SELECT i.at, i.party_id, i.how, d.code AS letter,
                       i.attachment_id IS NOT NULL AS file
                  FROM titleix_inspection i
                  LEFT JOIN casework_document d ON d.id = i.document_id
                 WHERE i.case_id = %(case)s
                 ORDER BY i.at DESC, i.id
                 LIMIT {MOST_LOOKS}) i),
       (SELECT to_jsonb(d)
          FROM casework_disposal d
         WHERE d.case_id = %(case)s AND d.withdrawn_on IS NULL),
       (SELECT jsonb_agg(to_jsonb(h) ORDER BY h.set_on)
          FROM casework_legalhold h
         WHERE %(closed)s AND h.lifted_on IS NULL)
"""


@dataclass(frozen=True)
class Seen:
    """One line of the inspection log as it is kept: when, whose side, which way, the code of a
    letter, or a file.
    """

    at: datetime
    party_id: str
    how: str
    letter: str
    file: bool


@dataclass(frozen=True)
class Beside:
    """All of it. `rights` is (user, codename); `names` and `trained` (function -> valid until) of
    everybody who holds, held or wrote anything in the case and of who asked; `holds` are all that
    are in force, where the case is closed.
    """

    rights: Collection[tuple[int, str]]
    names: dict[int, str]
    trained: dict[int, dict[str, date]]
    seen: Collection[Seen]
    disposal: Disposal | None
    holds: Collection[LegalHold]

    def holds_right(self, user_id: int, codename: str) -> bool:
        """Whether somebody holds a right on the case, recusals left aside."""
        return (user_id, codename) in self.rights


def beside(file: CaseFile, user_id: int | None) -> Beside:
    """What stands beside a case, read once for the file; `user_id` is who asks."""
    return file.once("beside", lambda: _read(file, user_id))


def _read(file: CaseFile, user_id: int | None) -> Beside:
    with connection.cursor() as cursor:
        cursor.execute(
            _BESIDE,
            {"case": file.case.pk, "user": user_id, "closed": file.case.closed_on is not None},
        )
        rights, names, trainings, seen, disposal, holds = (
            parsed(value) for value in cursor.fetchone()
        )
    return Beside(
        rights=frozenset((user, codename) for user, codename in rights or ()),
        names=dict(names or ()),
        trained=_trained(names or (), trainings or ()),
        seen=[_seen(row) for row in seen or ()],
        disposal=revive(Disposal, disposal) if disposal else None,
        holds=[revive(LegalHold, row) for row in holds or ()],
    )


def _trained(
    people: Collection[tuple[int, str]], rows: Collection[tuple[int, str, str]]
) -> dict[int, dict[str, date]]:
    """Of somebody without any training it is known too that there is none."""
    found: dict[int, dict[str, date]] = {user: {} for user, _name in people}
    for user, role, until in rows:
        found[user][role] = date.fromisoformat(until)
    return found


def _seen(row: dict[str, Any]) -> Seen:
    at = datetime.fromisoformat(row["at"]).astimezone(timezone.get_current_timezone())
    return Seen(at, row["party_id"] or "", row["how"], row["letter"] or "", bool(row["file"]))
