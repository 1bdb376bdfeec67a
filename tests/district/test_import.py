"""The import: refusals, bad rows, corrections, real sample data, and files that nobody should send."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.case.queries import attendance_report
from attendance.models import AttendanceCase, Mark, MarkVersion, Tally
from district.imports.pipeline import reject, run_import
from district.imports.staging import Refused
from district.models import Enrollment, Guardian, Import, Post, School, Student, User
from district.uploads import stage_upload

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data"
DAY = date(2026, 9, 10)


def digest() -> dict[str, object]:
    """A fingerprint of everything that an import may change."""
    tables = [
        "district_school",
        "district_student",
        "district_guardian",
        "district_enrollment",
        "district_calendarday",
        "district_post",
        "attendance_mark",
        "attendance_mark_version",
        "attendance_tally",
        "casework_case",
        "casework_event",
    ]
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
            )
            found[table] = cursor.fetchone()
    return found


def codes(run: Import) -> set[str]:
    return set(run.issues.values_list("code", flat=True))


@pytest.mark.django_db
@pytest.mark.skipif(
    not (SAMPLES / "ed-fi-grand-bend").exists(),
    reason="the Ed-Fi sample set is not beside the project",
)
class TestGrandBend:
    def test_the_sample_district(self, tmp_path):
        run = run_import(SAMPLES / "ed-fi-grand-bend")
        assert (run.state, run.as_of) == (Import.State.APPLIED, date(2022, 5, 27))
        assert run.report["files"]["students.csv"]["read"] == 960
        assert run.report["files"]["attendance.csv"] | {"changed": 0} == {
            "read": 1917,
            "new": 1913,
            "changed": 0,
            "unchanged": 0,
            "ended": 0,
            "rejected": 4,
        }
        assert run.report["errors"] == {
            "attendance.csv: DUPLICATE": 1,
            "attendance.csv: NO_SCHOOL_DAY": 3,
            "Student.xml: NO_ENROLMENT": 733,
        }
        weekend = run.issues.filter(code="NO_SCHOOL_DAY").first()
        assert weekend.file.startswith("StudentSchoolAttendance.xml:")
        report = attendance_report(date(2022, 5, 27))
        assert report["unexcused_reached"] == {"3": 91, "6": 42, "10": 39}
        assert report["chronic"]["district"]["students"] == 44
        assert AttendanceCase.objects.filter(triggers__contains=["L10"]).count() == 39
        assert Guardian.objects.exclude(address="").exists()
        before = digest()
        assert run_import(SAMPLES / "ed-fi-grand-bend").state == Import.State.UNCHANGED
        assert digest() == before

    def test_oneroster(self):
        run = run_import(SAMPLES / "oneroster")
        assert run.state == Import.State.APPLIED, run.report
        assert (School.objects.count(), Student.objects.count(), Enrollment.objects.count()) == (
            2,
            2,
            2,
        ), "two class enrolments at one school are one membership"


@pytest.mark.django_db
class TestRefusals:
    def test_each_says_what_to_do(self, nights, tmp_path):
        empty = tmp_path / "empty"
        empty.mkdir()
        assert "holds no file that is known" in run_import(empty).report["why"]
        assert "no such folder" in run_import(tmp_path / "nowhere").report["why"]
        folder = nights.sis.write(DAY)
        (folder / "manifest.json").unlink()
        assert "--as-of" in run_import(folder).report["why"]
        assert run_import(folder, as_of=DAY).state == Import.State.APPLIED

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{", "not valid JSON"),
            ("[]", "must be an object"),
            ('{"as_of": "yesterday"}', "as_of"),
            ('{"as_of": "1899-01-01"}', "correct the year"),
            ('{"as_of": "2026-09-10", "files": {"x.csv": {}}}', "not in the delivery"),
            ('{"as_of": "2026-09-10", "files": {"students.csv": {"sha256": "00"}}}', "sha256"),
            ('{"as_of": "2026-09-10", "attendance": "sometimes"}', "year_to_date"),
        ],
    )
    def test_manifests(self, nights, text, said):
        nights.sis.absent("S1", date(2026, 9, 1))
        folder = nights.sis.write(DAY)
        (folder / "manifest.json").write_text(text)
        run = run_import(folder)
        assert run.state == Import.State.REFUSED
        assert said in run.report["why"]
        assert not Student.objects.exists()

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "is empty"),
            (b"student_id,student_id,first,last\n", "more than once"),
            (b"name\nx\n", "is missing"),
            ("student_id,first,last\n".encode("utf-16"), "UTF-16"),
            (b"student_id,fi\xff\xferst,last\n", "UTF-8"),
            (b"\x00\x00\n", "NUL"),
        ],
    )
    def test_headers(self, nights, content, said):
        folder = nights.sis.write(DAY)
        (folder / "manifest.json").write_text(json.dumps({"as_of": DAY.isoformat()}))
        (folder / "students.csv").write_bytes(content)
        run = run_import(folder)
        assert run.state == Import.State.REFUSED
        assert "students.csv" in run.report["why"]
        assert said in run.report["why"]

    def test_broken_xml(self, tmp_path):
        (tmp_path / "Student.xml").write_text(
            '<Interchange xmlns="http://ed-fi.org/5.2.0"><Student><StudentUniqueId>1</Student>'
        )
        run = run_import(tmp_path)
        assert run.state == Import.State.REFUSED
        assert "Student.xml, line 1" in run.report["why"]

    def test_an_entity_bomb_is_not_opened(self, tmp_path):
        bomb = (
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b '
            '"&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
        )
        (tmp_path / "Student.xml").write_text(
            f"{bomb}<I "
            'xmlns="http://ed-fi.org/5.2.0"><Student><StudentUniqueId>&c;</StudentUniqueId><Name><FirstName>&c;</FirstName></Name></Student></I>'
        )
        run = run_import(tmp_path)
        assert run.state in (Import.State.REFUSED, Import.State.APPLIED)
        assert not Student.objects.filter(first_name__contains="aaaa").exists()


@pytest.mark.django_db
class TestBadRows:
    def test_the_rest_is_applied_and_each_is_named(self, nights):
        nights.sis.absent("S1", date(2026, 9, 1))
        folder = nights.sis.write(DAY)
        rows = [
            "S1,1,2026-09-02,2A,,",
            "S1,1,2026-09-05,2A,,",
            "S9,1,2026-09-02,2A,,",
            "S1,9,2026-09-03,2A,,",
            "S1,2,2026-09-04,2A,,",
            "S1,1,2026-13-40,2A,,",
            "S1,1,1899-01-01,2A,,",
            "S1,1,2026-09-08,ZZ,,",
            "S1,1,2026-09-11,2A,,",
            "S1,1,2025-09-11,2A,,",
            "S1,1,2026-09-02,1A,,",
            ",1,2026-09-09,2A,,",
            "S1,1,2026-09-09,2A,Q,",
            "S1,1,2026-09-10,2A,,5x",
        ]
        (folder / "attendance.csv").write_text(
            "student_id,school_id,date,code,status,minutes_absent\n" + "\n".join(rows) + "\n"
        )
        (folder / "manifest.json").write_text(json.dumps({"as_of": DAY.isoformat()}))
        run = run_import(folder)
        assert run.state == Import.State.APPLIED
        found = {issue.line: issue.code for issue in run.issues.filter(file="attendance.csv")}
        assert found == {
            3: "NO_SCHOOL_DAY",
            4: "NO_SUCH_STUDENT",
            5: "NO_SUCH_SCHOOL",
            6: "NOT_ENROLLED",
            7: "NOT_A_DATE",
            8: "DATE_OUT_OF_RANGE",
            9: "UNKNOWN_CODE",
            10: "IN_THE_FUTURE",
            11: "OTHER_SCHOOL_YEAR",
            12: "DUPLICATE",
            13: "MISSING",
            14: "NOT_KNOWN",
            15: "NOT_A_NUMBER",
        }
        assert list(Mark.objects.values_list("day", flat=True)) == [date(2026, 9, 2)]
        assert run.report["files"]["attendance.csv"] == {
            "read": 14,
            "new": 1,
            "changed": 0,
            "unchanged": 0,
            "ended": 0,
            "rejected": 13,
        }
        assert all(issue.reason and "\n" not in issue.reason for issue in run.issues.all())

    def test_ragged_rows_bytes_and_quotes_go_to_the_list(self, nights):
        folder = nights.sis.write(DAY)
        (folder / "manifest.json").write_text(json.dumps({"as_of": DAY.isoformat()}))
        (folder / "students.csv").write_bytes(
            b"student_id,first,last\nS1,Ana,One\nS2,too,many,values\nS3,N\x00L,Three\nS4,\xff\xfe,Four\nS5,\x1aSub,Five\nS6,Zoe,Six\n"
        )
        run = run_import(folder)
        assert run.state == Import.State.APPLIED, run.report
        assert set(Student.objects.values_list("student_id", flat=True)) == {"S1", "S6"}
        found = {issue.line: issue.code for issue in run.issues.filter(file="students.csv")}
        assert found == {
            3: "MALFORMED_ROW",
            4: "MALFORMED_ROW",
            5: "MALFORMED_ROW",
            6: "CONTROL_CHARACTER",
        }
        counts = run.report["files"]["students.csv"]
        assert counts["read"] == counts["new"] + counts["rejected"] == 6

    def test_ten_megabytes_in_a_cell(self, nights):
        nights.sis.student("S2", last="x" * 10_000_000)
        run = nights.run(DAY)
        assert run.state == Import.State.APPLIED
        issue = run.issues.get(code="TOO_LONG")
        assert len(issue.value) <= 300
        assert Student.objects.count() == 1


@pytest.mark.django_db
class TestLife:
    def test_a_dry_run_changes_nothing_and_says_what_would(self, nights):
        nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3), DAY)
        folder = nights.sis.write(DAY)
        run = run_import(folder, dry_run=True)
        assert (run.state, run.report["evaluation"]["opened"]) == (Import.State.PREVIEW, 1)
        assert not Student.objects.exists()
        assert not AttendanceCase.objects.exists()

    def test_a_delta_ends_nothing_and_days_end_only_theirs(self, nights):
        nights.sis.absent("S1", date(2026, 9, 1), date(2026, 9, 3))
        nights.run(date(2026, 9, 3))
        nights.sis.marks.clear()
        nights.sis.absent("S1", date(2026, 9, 8))
        nights.run(date(2026, 9, 8), attendance="delta")
        assert Mark.objects.count() == 3
        nights.sis.student("S2").marks.clear()
        nights.sis.absent("S2", date(2026, 9, 8))
        nights.run(date(2026, 9, 9), attendance="days")
        assert sorted(Mark.objects.values_list("day", flat=True)) == [
            date(2026, 9, 1),
            date(2026, 9, 3),
            date(2026, 9, 8),
        ]
        assert MarkVersion.objects.get().day == date(2026, 9, 8)

    def test_posts_follow_the_staff_file(self, nights):
        nights.run(DAY)
        worker = User.objects.get(staff_id="SSW1")
        assert not worker.has_usable_password()
        from casework.access.rights import visible_schools

        assert visible_schools(worker) == [School.objects.get(school_id="1").pk]
        nights.sis.tables["staff_roles"] = [
            row for row in nights.sis.tables["staff_roles"] if row["staff_id"] != "SSW1"
        ]
        nights.run(date(2026, 9, 11))
        assert not Post.objects.filter(user=worker).exists()
        assert visible_schools(User.objects.get(staff_id="SSW1")) == []

    def test_a_backdated_transfer_recounts_both_schools(self, nights):
        days = nights.sis.school_days(date(2026, 10, 9))
        nights.sis.absent("S1", *days[2:8:2], code="1A")
        nights.run(date(2026, 10, 9))
        nights.sis.tables["enrollments"].clear()
        nights.sis.student("S1", "1", exit=days[9]).student("S1", "2", entry=days[10])
        nights.run(date(2026, 10, 12))
        tally = Tally.objects.get()
        assert (tally.school.school_id, tally.closed_days, tally.absences) == ("2", 10, 3)

    def test_two_sources_do_not_end_each_others_rows(self, nights, tmp_path):
        nights.sis.absent("S1", date(2026, 9, 1))
        nights.run(DAY)
        if not (SAMPLES / "oneroster").exists():
            pytest.skip("the OneRoster sample set is not beside the project")
        run_import(SAMPLES / "oneroster", as_of=DAY)
        assert Enrollment.objects.filter(source="sis").count() == 1
        assert Mark.objects.count() == 1

    def test_a_held_import_can_be_rejected(self, nights, people):
        run = Import.objects.create(state=Import.State.HELD, folder="x", as_of=DAY)
        assert reject(run, people.admin, "a test export").state == Import.State.REJECTED
        with pytest.raises(Refused):
            reject(run, people.admin, "again")

    def test_an_interrupted_import_is_told_by_the_next(self, nights):
        stuck = Import.objects.create(state=Import.State.APPLYING, source="sis")
        nights.run(DAY)
        stuck.refresh_from_db()
        assert (stuck.state, "interrupted" in stuck.report["why"]) == (Import.State.REFUSED, True)

    def test_the_command_speaks_json_and_exits_two_when_refused(self, nights, capsys, tmp_path):
        call_command("import_sis", str(nights.sis.write(DAY)), "--json")
        report = json.loads(capsys.readouterr().out)
        assert (report["state"], report["files"]["students.csv"]["new"]) == ("APPLIED", 1)
        with pytest.raises(SystemExit) as stopped:
            call_command("import_sis", str(tmp_path / "nowhere"), "--json")
        assert stopped.value.code == 2
        assert json.loads(capsys.readouterr().out)["state"] == "REFUSED"


@pytest.mark.django_db
class TestUploads:
    def upload(self, name: str, content: bytes) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content)

    def test_a_zip_is_unpacked_by_bare_names(self, nights, people, tmp_path):
        path = tmp_path / "x.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("../../evil.csv", "a\n")
            archive.writestr("folder/students.csv", "student_id,first,last\n")
        run = stage_upload([self.upload("x.zip", path.read_bytes())], people.admin)
        assert sorted(p.name for p in Path(run.folder).iterdir()) == ["evil.csv", "students.csv"]
        shutil.rmtree(run.folder)

    def test_what_is_refused(self, nights, people, settings):
        for name, content in (("x.exe", b"x"), ("x.zip", b"no zip")):
            with pytest.raises(Refused):
                stage_upload([self.upload(name, content)], people.admin)
        with pytest.raises(Refused, match="twice"):
            stage_upload([self.upload("a.csv", b"a"), self.upload("a.csv", b"b")], people.admin)
        settings.MAX_IMPORT_BYTES = 10
        with pytest.raises(Refused, match="larger"):
            stage_upload([self.upload("a.csv", b"a" * 11)], people.admin)


junk = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(str.encode),
    st.sampled_from(
        [
            b'"',
            b'"S1',
            b"S1,1,2026-09-01,2A\x00",
            b"\r",
            b"\r\n\r\n",
            b"S1,1,2026-09-01",
            b"\xef\xbb\xbf",
            b"\x1a",
            b"S1,1,0000-00-00,2A",
            b"S1,1,9999-12-31,2A",
            b"S1,1,99999-12-31,2A",
            b"'; DROP TABLE x; --,1,2026-09-01,%s",
        ]
    ),
)


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(junk, max_size=6),
    name=st.sampled_from(
        ["attendance.csv", "students.csv", "enrollments.csv", "calendar_days.csv"]
    ),
    whole=st.booleans(),
)
def test_nonsense_never_crashes_and_never_half_applies(nights, lines, name, whole):
    folder = nights.sis.write(DAY)
    (folder / "manifest.json").write_text(json.dumps({"as_of": DAY.isoformat()}))
    head = b"" if whole else (folder / name).read_bytes()
    (folder / name).write_bytes(head + b"\n".join(lines))
    before = digest()
    run = run_import(folder)
    assert run.state in (
        Import.State.APPLIED,
        Import.State.REFUSED,
        Import.State.UNCHANGED,
        Import.State.HELD,
    )
    if run.state == Import.State.APPLIED:
        counts = run.report["files"][name]
        assert (
            counts["read"]
            == counts["new"] + counts["changed"] + counts["unchanged"] + counts["rejected"]
        )
    else:
        assert digest() == before
        assert run.state == Import.State.UNCHANGED or run.report["why"]
