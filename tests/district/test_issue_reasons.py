"""What an import says: kept as codes, put into words when somebody reads it, and readable for ever."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import trans_real

from district import issue_reasons
from district.imports.pipeline import run_import
from district.models import Import, ImportIssue, Post, Role, User


@pytest.fixture
def esperanto():
    """A language in which every text is itself in capitals, as a district's own would be."""

    class Capitals(trans_real.DjangoTranslation):
        def __init__(self) -> None:
            """No catalogue is read."""

        def to_language(self) -> str:
            return "eo"

        def gettext(self, message: str) -> str:
            return re.sub(
                r"%\(\w+\)[sd]|(\w)",
                lambda found: found[0].upper() if found[1] else found[0],
                message,
            )

        def ngettext(self, one: str, many: str, number: int) -> str:  # type: ignore[override]
            return self.gettext(one if number == 1 else many)

    trans_real._translations["eo"] = Capitals()
    with translation.override("eo"):
        yield
    del trans_real._translations["eo"]


def test_every_sentence_names_only_what_can_be_given():
    for code, words in issue_reasons._sentences.items():
        assert isinstance(words, Promise), f"{code} is not translatable"


def test_a_sentence_without_its_parameters_is_refused_when_it_is_said():
    with pytest.raises(KeyError, match="MISSING"):
        issue_reasons.say("MISSING")
    with pytest.raises(KeyError, match="NO_SUCH_CODE"):
        issue_reasons.say("NO_SUCH_CODE")


def test_number_and_percent_are_said_well():
    assert str(issue_reasons.say("TOO_LONG", longest=1)) == "longer than 1 character"
    held = issue_reasons.say(
        "MASS_CHANGE/rows", file="attendance.csv", rows=1, before=9, percent=2.5
    )
    assert "holds 1 row, the last one 9 (limit 2.5 % fewer)" in str(held)
    assert issue_reasons.told(held.kept()) == str(held)


def test_an_old_report_is_read_by_its_text():
    old = Import(
        report={"why": "students.csv: it was the old way", "notes": ["One thing.", "Another."]}
    )
    assert (old.why, old.notes) == ("students.csv: it was the old way", ["One thing.", "Another."])
    assert ImportIssue(code="GONE", reason="an old sentence").words == "an old sentence"
    assert (
        ImportIssue(code="MISSING", reason="dob is empty").words == "dob is empty"
    )  # the row of an old run has no parameters
    assert (Import().why, Import().notes) == ("", [])


@pytest.mark.django_db
def test_rows_and_refusals_are_read_in_the_readers_language(nights, client, esperanto):
    folder = nights.sis.write(date(2026, 9, 10))
    (folder / "students.csv").write_text(
        "student_id,first,last,dob\nS1,Ana,One,never\nS2,,Two,\n" + f"S3,Zoe,{'x' * 101},\n"
    )
    (folder / "manifest.json").write_text("{}")
    with translation.override("en"):
        run = run_import(folder, as_of=date(2026, 9, 10))
        wrong = run_import(folder / "nowhere")
    rows = {issue.line: issue for issue in run.issues.filter(file="students.csv")}
    assert rows[2].reason == "not a date; write it as 2026-09-08"
    assert rows[2].words == "NOT A DATE; WRITE IT AS 2026-09-08"
    assert rows[3].words == "first IS EMPTY; IT MUST BE FILLED"
    assert rows[4].words == "LONGER THAN 100 CHARACTERS"
    assert wrong.why == "nowhere: THERE IS NO SUCH FOLDER"
    user = User.objects.create_user("importer")
    Post.objects.create(user=user, role=Role.DATA_MANAGER)
    client.force_login(user)
    listed = b"".join(
        client.get(reverse("import-errors", args=[run.pk])).streaming_content
    ).decode()
    assert listed.splitlines()[0].startswith("LEVEL,FILE,LINE,COLUMN")
    assert "NOT A DATE; WRITE IT AS 2026-09-08" in listed
