import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from district.initial_schema import InitialSchema

# Partitions by month of the day; the key (day, student) keeps the writes of one import in one or two.
COLUMNS = """
    day date NOT NULL,
    student_id bigint NOT NULL,
    school_id bigint NOT NULL,
    code varchar(16) NOT NULL,
    mark_class smallint NOT NULL,
    excuse varchar(1) NOT NULL,
    minutes_absent smallint,
    minutes_scheduled smallint,
    reason_text text NOT NULL,
    run_id uuid,
    known_from date NOT NULL,
    recorded_at timestamptz NOT NULL
"""

FORWARD = f"""
CREATE TABLE attendance_mark ({COLUMNS}, PRIMARY KEY (day, student_id)) PARTITION BY RANGE (day);
CREATE INDEX attendance_mark_student ON attendance_mark (student_id, day);

CREATE TABLE attendance_mark_version (
    {COLUMNS},
    known_to date NOT NULL,
    superseded_at timestamptz NOT NULL,
    successor varchar(8) NOT NULL,
    superseded_by_run uuid,
    PRIMARY KEY (day, student_id, recorded_at)
) PARTITION BY RANGE (day);
CREATE INDEX attendance_mark_version_student ON attendance_mark_version (student_id, day);

CREATE FUNCTION attendance_ensure_partitions(first_day date, last_day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', first_day);
    parent text;
    part text;
BEGIN
    WHILE month <= last_day LOOP
        FOREACH parent IN ARRAY ARRAY['attendance_mark', 'attendance_mark_version'] LOOP
            part := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
            IF to_regclass(part) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                               part, parent, month, (month + interval '1 month')::date);
            END IF;
        END LOOP;
        month := month + interval '1 month';
    END LOOP;
END $$;
"""

BACKWARD = """
DROP FUNCTION attendance_ensure_partitions(date, date);
DROP TABLE attendance_mark_version;
DROP TABLE attendance_mark;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0001_initial"),
        ("district", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        InitialSchema(
            [
                migrations.CreateModel(
                    name="Mark",
                    fields=[
                        ("day", models.DateField()),
                        ("student_id", models.BigIntegerField()),
                        ("school_id", models.BigIntegerField()),
                        ("code", models.CharField(max_length=16)),
                        (
                            "mark_class",
                            models.SmallIntegerField(
                                choices=[
                                    (0, "present"),
                                    (1, "excused absence"),
                                    (2, "unexcused absence"),
                                    (3, "out-of-school suspension"),
                                    (4, "absence not yet explained"),
                                    (5, "tardy"),
                                    (6, "left early"),
                                    (7, "present elsewhere"),
                                ]
                            ),
                        ),
                        (
                            "excuse",
                            models.CharField(blank=True, help_text="U, E, X or ?", max_length=1),
                        ),
                        ("minutes_absent", models.SmallIntegerField(null=True)),
                        ("minutes_scheduled", models.SmallIntegerField(null=True)),
                        ("reason_text", models.TextField(blank=True)),
                        (
                            "run_id",
                            models.UUIDField(help_text="the import that brought it", null=True),
                        ),
                        (
                            "known_from",
                            models.DateField(
                                help_text="the delivery's as-of date from which this was believed"
                            ),
                        ),
                        ("recorded_at", models.DateTimeField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day",
                                "student_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "attendance_mark",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="MarkVersion",
                    fields=[
                        ("day", models.DateField()),
                        ("student_id", models.BigIntegerField()),
                        ("school_id", models.BigIntegerField()),
                        ("code", models.CharField(max_length=16)),
                        (
                            "mark_class",
                            models.SmallIntegerField(
                                choices=[
                                    (0, "present"),
                                    (1, "excused absence"),
                                    (2, "unexcused absence"),
                                    (3, "out-of-school suspension"),
                                    (4, "absence not yet explained"),
                                    (5, "tardy"),
                                    (6, "left early"),
                                    (7, "present elsewhere"),
                                ]
                            ),
                        ),
                        (
                            "excuse",
                            models.CharField(blank=True, help_text="U, E, X or ?", max_length=1),
                        ),
                        ("minutes_absent", models.SmallIntegerField(null=True)),
                        ("minutes_scheduled", models.SmallIntegerField(null=True)),
                        ("reason_text", models.TextField(blank=True)),
                        (
                            "run_id",
                            models.UUIDField(help_text="the import that brought it", null=True),
                        ),
                        (
                            "known_from",
                            models.DateField(
                                help_text="the delivery's as-of date from which this was believed"
                            ),
                        ),
                        ("recorded_at", models.DateTimeField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day",
                                "student_id",
                                "recorded_at",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("known_to", models.DateField()),
                        ("superseded_at", models.DateTimeField()),
                        (
                            "successor",
                            models.CharField(
                                choices=[
                                    ("CHANGED", "another mark"),
                                    ("PRESENT", "present"),
                                    ("VOID", "the day became a closure"),
                                    ("MERGED", "the student record was merged into another"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("superseded_by_run", models.UUIDField(null=True)),
                    ],
                    options={
                        "db_table": "attendance_mark_version",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="Arc",
                    fields=[
                        (
                            "process_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="casework.process",
                            ),
                        ),
                        ("detected_on", models.DateField()),
                        (
                            "counts",
                            models.JSONField(
                                default=dict,
                                help_text="unexcused, absences, enrolled when it was requested",
                            ),
                        ),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="days that were set, the kept one included"
                            ),
                        ),
                        (
                            "invitees",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=24), default=list, size=None
                            ),
                        ),
                        ("language", models.CharField(default="en", max_length=8)),
                        ("interpreter", models.BooleanField(default=False)),
                        ("invited_on", models.DateField(null=True)),
                        ("held_on", models.DateField(null=True, verbose_name="held")),
                        (
                            "not_held_on",
                            models.DateField(null=True, verbose_name="could not be held"),
                        ),
                        (
                            "attendees",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=24), default=list, size=None
                            ),
                        ),
                        ("minutes", models.TextField(blank=True, verbose_name="minutes")),
                        (
                            "causes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=24), default=list, size=None
                            ),
                        ),
                        (
                            "disability",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("no", "no sign of one"),
                                    ("known", "known: an IEP or a 504 plan is in force"),
                                    ("suspected", "suspected: refer to the IEP or 504 team"),
                                ],
                                max_length=12,
                                verbose_name="disability question",
                            ),
                        ),
                        (
                            "notified",
                            models.BooleanField(
                                null=True, verbose_name="the family received the notices"
                            ),
                        ),
                        (
                            "outcomes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=24), default=list, size=None
                            ),
                        ),
                        (
                            "goal_percent",
                            models.PositiveSmallIntegerField(
                                null=True, verbose_name="goal: attendance in percent"
                            ),
                        ),
                        (
                            "goal_unexcused",
                            models.PositiveSmallIntegerField(
                                null=True, verbose_name="goal: at most so many unexcused days"
                            ),
                        ),
                        ("resources", models.TextField(blank=True, verbose_name="resources")),
                        ("signed_on", models.DateField(null=True, verbose_name="plan signed")),
                        (
                            "parent_signature",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("signed", "signed"),
                                    ("refused", "refused to sign"),
                                    ("absent", "was not there"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "student_signature",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("signed", "signed"),
                                    ("refused", "refused to sign"),
                                    ("absent", "was not there"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("started_on", models.DateField(null=True, verbose_name="plan begun")),
                    ],
                    bases=("casework.process",),
                ),
                migrations.CreateModel(
                    name="Court",
                    fields=[
                        (
                            "process_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="casework.process",
                            ),
                        ),
                        ("offered_on", models.DateField()),
                        ("reason", models.TextField(blank=True, verbose_name="why")),
                        (
                            "consent_on",
                            models.DateField(null=True, verbose_name="the family consented"),
                        ),
                        ("enrolled_on", models.DateField(null=True, verbose_name="enrolled")),
                        (
                            "judge",
                            models.CharField(blank=True, max_length=100, verbose_name="judge"),
                        ),
                        (
                            "place",
                            models.CharField(blank=True, max_length=200, verbose_name="place"),
                        ),
                        (
                            "sessions",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="how many by the policy when enrolled",
                                verbose_name="weekly sessions",
                            ),
                        ),
                        (
                            "held",
                            models.PositiveSmallIntegerField(
                                default=0, verbose_name="sessions held"
                            ),
                        ),
                        (
                            "attended",
                            models.PositiveSmallIntegerField(
                                default=0, verbose_name="sessions attended"
                            ),
                        ),
                        ("ended_on", models.DateField(null=True)),
                    ],
                    bases=("casework.process",),
                ),
                migrations.CreateModel(
                    name="MediationProvider",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(max_length=200, unique=True, verbose_name="name"),
                        ),
                        (
                            "contact",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="contact person"
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=40, verbose_name="telephone"),
                        ),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "active",
                            models.BooleanField(default=True, verbose_name="takes referrals"),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Partner",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "name",
                            models.CharField(max_length=200, unique=True, verbose_name="name"),
                        ),
                        (
                            "contact",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="contact person"
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=40, verbose_name="telephone"),
                        ),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "active",
                            models.BooleanField(default=True, verbose_name="takes referrals"),
                        ),
                        (
                            "service",
                            models.CharField(
                                choices=[
                                    ("mental_health", "mental health"),
                                    ("health", "health"),
                                    ("housing", "housing"),
                                    ("food", "food and clothing"),
                                    ("transport", "transport"),
                                    ("mentoring", "mentoring"),
                                    ("tutoring", "tutoring"),
                                    ("language", "language and immigration"),
                                    ("legal_aid", "legal aid"),
                                    ("other", "other"),
                                ],
                                max_length=16,
                                verbose_name="service",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="AttendanceCase",
                    fields=[
                        (
                            "case_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="casework.case",
                            ),
                        ),
                        (
                            "school_year",
                            models.PositiveSmallIntegerField(verbose_name="school year"),
                        ),
                        ("stage", models.CharField(max_length=16, verbose_name="stage")),
                        (
                            "triggers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=32),
                                default=list,
                                help_text="L3, L6, CH10, TN5/10 ... as they were reached",
                                size=None,
                            ),
                        ),
                        (
                            "worked",
                            models.BooleanField(
                                default=False,
                                help_text="a person acted on it; the machine may no longer lower it",
                            ),
                        ),
                        (
                            "resume_state",
                            models.CharField(
                                blank=True,
                                help_text="state to which a transfer or a hold returns",
                                max_length=24,
                            ),
                        ),
                        (
                            "arc_held_on",
                            models.DateField(null=True, verbose_name="conference held"),
                        ),
                        (
                            "exclusions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                default=list,
                                help_text="recorded reasons that stand against a legal referral",
                                size=None,
                            ),
                        ),
                        ("prior_year_tier3", models.BooleanField(default=False)),
                        (
                            "plan_from",
                            models.DateField(
                                help_text="causes and steps recorded (tier 2) or plan signed (tier 3)",
                                null=True,
                                verbose_name="plan in force since",
                            ),
                        ),
                        (
                            "monitor_from",
                            models.DateField(null=True, verbose_name="monitored since"),
                        ),
                        (
                            "verified_on",
                            models.DateField(
                                help_text="G.S. 115C-381: by the social worker",
                                null=True,
                                verbose_name="referral verified",
                            ),
                        ),
                        (
                            "withdrawal_flagged_on",
                            models.DateField(
                                help_text="left by the files although the ten-day rule stands against it",
                                null=True,
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attendance_cases",
                                to="district.student",
                            ),
                        ),
                        (
                            "verified_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    bases=("casework.case",),
                ),
                migrations.CreateModel(
                    name="Disclosure",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("on", models.DateField()),
                        ("to", models.CharField(max_length=200, verbose_name="to whom")),
                        ("what", models.CharField(max_length=300, verbose_name="what")),
                        ("basis", models.CharField(max_length=200, verbose_name="legal basis")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disclosures",
                                to="attendance.attendancecase",
                            ),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="casework.document",
                            ),
                        ),
                        (
                            "process",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="casework.process",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="EffectPair",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("school_year", models.PositiveSmallIntegerField()),
                        ("kind", models.CharField(max_length=24)),
                        ("on", models.DateField()),
                        (
                            "before",
                            models.PositiveSmallIntegerField(
                                verbose_name="absent days of the 20 before"
                            ),
                        ),
                        (
                            "after",
                            models.PositiveSmallIntegerField(
                                verbose_name="absent days of the 20 after"
                            ),
                        ),
                        (
                            "others",
                            models.FloatField(
                                help_text="how many fewer days the matched students missed afterwards; null: nobody was similar",
                                null=True,
                            ),
                        ),
                        (
                            "computed_for",
                            models.DateField(help_text="the day up to which marks were read"),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="district.school",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="district.student",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ExcuseNote",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("parent", "note of the parent"),
                                    ("medical", "note of a doctor or clinic"),
                                    (
                                        "other",
                                        "another paper (court, funeral, religious observance)",
                                    ),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("first_day", models.DateField(verbose_name="first day absent")),
                        ("last_day", models.DateField(verbose_name="last day absent")),
                        ("returned_on", models.DateField(verbose_name="back at school")),
                        ("due", models.DateField(verbose_name="note due")),
                        ("received_on", models.DateField(verbose_name="received")),
                        (
                            "verdict",
                            models.CharField(
                                choices=[
                                    ("TIMELY", "in time"),
                                    ("LATE", "late: the code stays"),
                                    (
                                        "TOO_MANY",
                                        "beyond the number of parent notes: the code stays",
                                    ),
                                    ("OVERRIDDEN", "accepted by the principal"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True, max_length=1000, verbose_name="reason of the principal"
                            ),
                        ),
                        (
                            "entered_on",
                            models.DateField(
                                null=True,
                                verbose_name="code corrected in the student information system",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="excuse_notes",
                                to="attendance.attendancecase",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Locate",
                    fields=[
                        (
                            "process_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="casework.process",
                            ),
                        ),
                        (
                            "reason",
                            models.TextField(
                                blank=True, verbose_name="why the student is looked for"
                            ),
                        ),
                        (
                            "last_seen_on",
                            models.DateField(null=True, verbose_name="last at school"),
                        ),
                        (
                            "safety",
                            models.TextField(blank=True, verbose_name="safety note for the team"),
                        ),
                        (
                            "team",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=100), default=list, size=None
                            ),
                        ),
                        ("dispatched_on", models.DateField(null=True)),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("LOCATED_RETURNING", "Found: comes back to school"),
                                    ("LOCATED_BARRIER", "Found: something stands in the way"),
                                    ("LOCATED_REFUSES", "Found: refuses to come"),
                                    ("MOVED_IN_DISTRICT", "Moved within the district"),
                                    ("MOVED_OUT", "Moved away"),
                                    ("ENROLLED_ELSEWHERE", "Enrolled at another school"),
                                    ("HOMELESS_MV", "Without a home (McKinney-Vento)"),
                                    ("IN_CUSTODY_OR_HOSPITAL", "In custody or in hospital"),
                                    ("NOT_LOCATED", "Not found"),
                                    ("UNSAFE_ABORTED", "Broken off: not safe"),
                                    ("WELFARE_CONCERN", "Concern for the child's welfare"),
                                ],
                                max_length=24,
                                verbose_name="outcome",
                            ),
                        ),
                        ("outcome_on", models.DateField(null=True)),
                        (
                            "cause",
                            models.CharField(
                                blank=True, max_length=24, verbose_name="what stands in the way"
                            ),
                        ),
                        (
                            "destination",
                            models.CharField(blank=True, max_length=200, verbose_name="where to"),
                        ),
                        (
                            "proof",
                            models.CharField(blank=True, max_length=200, verbose_name="proof"),
                        ),
                        (
                            "liaison_on",
                            models.DateField(
                                null=True, verbose_name="liaison for homeless students told"
                            ),
                        ),
                        ("findings", models.TextField(blank=True, verbose_name="what was found")),
                        (
                            "dss_reported_on",
                            models.DateField(null=True, verbose_name="reported to DSS"),
                        ),
                        ("handed_back_on", models.DateField(null=True)),
                        ("accepted_on", models.DateField(null=True)),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    bases=("casework.process",),
                ),
                migrations.CreateModel(
                    name="LocateAttempt",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("at", models.DateTimeField()),
                        ("on", models.DateField()),
                        (
                            "day_part",
                            models.CharField(
                                help_text="morning, midday, evening: by the local hour",
                                max_length=12,
                            ),
                        ),
                        (
                            "team",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=100), default=list, size=None
                            ),
                        ),
                        ("address", models.CharField(max_length=300, verbose_name="address tried")),
                        (
                            "result",
                            models.CharField(
                                choices=[
                                    ("nobody", "nobody there"),
                                    ("spoke", "spoke with somebody"),
                                    ("student", "saw the student"),
                                    ("wrong", "wrong address"),
                                    ("unsafe", "broken off: not safe"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "spoken_to",
                            models.CharField(
                                blank=True, max_length=60, verbose_name="spoken to (role only)"
                            ),
                        ),
                        (
                            "materials",
                            models.CharField(blank=True, max_length=200, verbose_name="left there"),
                        ),
                        ("language", models.CharField(blank=True, max_length=40)),
                        (
                            "safety",
                            models.CharField(
                                blank=True, max_length=500, verbose_name="safety note"
                            ),
                        ),
                        (
                            "next_step",
                            models.CharField(blank=True, max_length=300, verbose_name="next step"),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="locate_attempts",
                                to="attendance.attendancecase",
                            ),
                        ),
                        (
                            "locate",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attempts",
                                to="attendance.locate",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Mediation",
                    fields=[
                        (
                            "process_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="casework.process",
                            ),
                        ),
                        ("referred_on", models.DateField()),
                        ("reason", models.TextField(blank=True, verbose_name="why")),
                        (
                            "consent_on",
                            models.DateField(null=True, verbose_name="the family consented"),
                        ),
                        (
                            "conflict_checked_on",
                            models.DateField(
                                null=True, verbose_name="conflict of interest checked"
                            ),
                        ),
                        ("session_on", models.DateField(null=True)),
                        ("held_on", models.DateField(null=True, verbose_name="held")),
                        ("no_shows", models.PositiveSmallIntegerField(default=0)),
                        ("agreed_on", models.DateField(null=True, verbose_name="agreement signed")),
                        (
                            "agreement",
                            models.TextField(blank=True, verbose_name="text of the agreement"),
                        ),
                        (
                            "carries_over",
                            models.BooleanField(
                                default=False,
                                help_text="a follow-up falls behind the last school day: reviewed in the next year",
                            ),
                        ),
                        (
                            "carried_from",
                            models.ForeignKey(
                                help_text="the year before (A-26)",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="carried_to",
                                to="attendance.mediation",
                            ),
                        ),
                        (
                            "mediator",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mediations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "packet",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="casework.document",
                            ),
                        ),
                        (
                            "provider",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="attendance.mediationprovider",
                            ),
                        ),
                    ],
                    bases=("casework.process",),
                ),
                migrations.CreateModel(
                    name="FollowUp",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "which",
                            models.CharField(
                                help_text="30, 60, 90 (days), YEAR_END or FIRST (of the next year)",
                                max_length=12,
                            ),
                        ),
                        ("on", models.DateField()),
                        ("kept", models.BooleanField(verbose_name="the agreement is kept")),
                        (
                            "days",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="school days since the agreement or the last follow-up",
                            ),
                        ),
                        ("absent", models.PositiveSmallIntegerField(default=0)),
                        ("unexcused", models.PositiveSmallIntegerField(default=0)),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="follow_ups",
                                to="attendance.attendancecase",
                            ),
                        ),
                        (
                            "mediation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="follow_ups",
                                to="attendance.mediation",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="MediationMOU",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("signed_on", models.DateField(verbose_name="signed")),
                        ("starts", models.DateField(verbose_name="in force from")),
                        ("ends", models.DateField(verbose_name="in force until")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                        (
                            "provider",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mous",
                                to="attendance.mediationprovider",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="MediationAccess",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("starts", models.DateField(verbose_name="from")),
                        ("ends", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("PLANNED", "planned"),
                                    ("ACTIVE", "active"),
                                    ("ENDED", "ended"),
                                ],
                                default="ACTIVE",
                                max_length=8,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mediation_access",
                                to="district.school",
                            ),
                        ),
                        (
                            "provider",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="access",
                                to="attendance.mediationprovider",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Mediator",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "provider",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mediators",
                                to="attendance.mediationprovider",
                            ),
                        ),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mediator",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "process_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="casework.process",
                            ),
                        ),
                        (
                            "covers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=32),
                                help_text="thresholds: L3, L6, L10, TN5/10",
                                size=None,
                            ),
                        ),
                        ("detected_on", models.DateField()),
                        (
                            "reached_on",
                            models.DateField(
                                help_text="the day of the absence that reached the threshold, where the policy counts by it",
                                null=True,
                            ),
                        ),
                        (
                            "cited",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.DateField(),
                                default=list,
                                help_text="the unexcused dates that the letter cites",
                                size=None,
                            ),
                        ),
                        (
                            "count",
                            models.PositiveSmallIntegerField(
                                help_text="what was counted when detected, in the unit of the policy (U: days)"
                            ),
                        ),
                        ("must_mail", models.BooleanField(default=False)),
                        ("language", models.CharField(default="en", max_length=8)),
                        (
                            "means",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("mail", "mail"),
                                    ("phone", "telephone"),
                                    ("message", "text message or e-mail"),
                                    ("hand", "handed over"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "recipients",
                            models.JSONField(
                                default=list,
                                help_text="guardian id, name and address of each letter, as sent",
                            ),
                        ),
                        ("sent_on", models.DateField(null=True)),
                        ("delivered_on", models.DateField(null=True)),
                        ("returned_on", models.DateField(null=True)),
                        (
                            "proof",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="tracking number or proof"
                            ),
                        ),
                        (
                            "superseded_on",
                            models.DateField(
                                help_text="a cited day was excused afterwards; the letter no longer counts",
                                null=True,
                            ),
                        ),
                        (
                            "breached_on",
                            models.DateField(
                                help_text="a seventh unexcused day accrued before L6 was sent",
                                null=True,
                            ),
                        ),
                        (
                            "replaces",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="attendance.notice",
                            ),
                        ),
                    ],
                    bases=("casework.process",),
                ),
                migrations.CreateModel(
                    name="PartnerMOU",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("signed_on", models.DateField(verbose_name="signed")),
                        ("starts", models.DateField(verbose_name="in force from")),
                        ("ends", models.DateField(verbose_name="in force until")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mous",
                                to="attendance.partner",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PartnerReferral",
                    fields=[
                        (
                            "process_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="casework.process",
                            ),
                        ),
                        ("referred_on", models.DateField()),
                        ("reason", models.TextField(blank=True, verbose_name="why")),
                        (
                            "consent_on",
                            models.DateField(null=True, verbose_name="the family consented"),
                        ),
                        ("intake_on", models.DateField(null=True, verbose_name="intake")),
                        ("ended_on", models.DateField(null=True)),
                        (
                            "result",
                            models.CharField(blank=True, max_length=300, verbose_name="result"),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="referrals",
                                to="attendance.partner",
                            ),
                        ),
                    ],
                    bases=("casework.process",),
                ),
                migrations.CreateModel(
                    name="PartnerSchool",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("starts", models.DateField(verbose_name="from")),
                        ("ends", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="serves",
                                to="attendance.partner",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="partners",
                                to="district.school",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="PlanAction",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("what", models.CharField(max_length=300, verbose_name="what")),
                        ("owner", models.CharField(max_length=100, verbose_name="who")),
                        ("due", models.DateField(verbose_name="until")),
                        ("done_on", models.DateField(null=True, verbose_name="done")),
                        (
                            "dropped_on",
                            models.DateField(help_text="a later plan took its place", null=True),
                        ),
                        (
                            "arc",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="actions",
                                to="attendance.arc",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plan_actions",
                                to="attendance.attendancecase",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="PlanReview",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("on", models.DateField()),
                        (
                            "before",
                            models.JSONField(
                                help_text="days, absent, unexcused, percent in the school days up to the signature"
                            ),
                        ),
                        (
                            "after",
                            models.JSONField(
                                help_text="the same in the school days since the signature or the last review"
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(
                                choices=[
                                    ("works", "it works: the goals are met"),
                                    ("partly", "it helps, the goals are not met yet"),
                                    ("fails", "it does not work"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("text", models.TextField(blank=True)),
                        (
                            "arc",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="attendance.arc",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plan_reviews",
                                to="attendance.attendancecase",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="PolicyTrial",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("file_name", models.CharField(max_length=200)),
                        ("text", models.TextField()),
                        ("policy", models.CharField(max_length=64)),
                        ("first", models.DateField()),
                        ("last", models.DateField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("WAITING", "Waiting for the worker"),
                                    ("RUNNING", "Running"),
                                    ("DONE", "Done"),
                                    ("FAILED", "Failed"),
                                ],
                                default="WAITING",
                                max_length=8,
                            ),
                        ),
                        ("report", models.JSONField(default=dict)),
                        ("error", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        (
                            "started_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="SchoolTally",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("school_year", models.PositiveSmallIntegerField()),
                        (
                            "unexcused",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="U, with tardies converted where the policy says so",
                            ),
                        ),
                        ("excused", models.PositiveSmallIntegerField(default=0)),
                        ("suspension", models.PositiveSmallIntegerField(default=0)),
                        ("unknown", models.PositiveSmallIntegerField(default=0)),
                        (
                            "absences",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="C: all four classes above, without converted tardies",
                            ),
                        ),
                        ("tardies", models.PositiveSmallIntegerField(default=0)),
                        (
                            "closed_days",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="instructional days of ended enrolment spans"
                            ),
                        ),
                        (
                            "open_from",
                            models.PositiveIntegerField(
                                help_text="calendar ordinal before the running span; null when none runs",
                                null=True,
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="district.calendar",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="district.school",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="district.student",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Tally",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("school_year", models.PositiveSmallIntegerField()),
                        (
                            "unexcused",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="U, with tardies converted where the policy says so",
                            ),
                        ),
                        ("excused", models.PositiveSmallIntegerField(default=0)),
                        ("suspension", models.PositiveSmallIntegerField(default=0)),
                        ("unknown", models.PositiveSmallIntegerField(default=0)),
                        (
                            "absences",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="C: all four classes above, without converted tardies",
                            ),
                        ),
                        ("tardies", models.PositiveSmallIntegerField(default=0)),
                        (
                            "closed_days",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="instructional days of ended enrolment spans"
                            ),
                        ),
                        (
                            "open_from",
                            models.PositiveIntegerField(
                                help_text="calendar ordinal before the running span; null when none runs",
                                null=True,
                            ),
                        ),
                        (
                            "evaluate_at",
                            models.PositiveIntegerField(
                                help_text="calendar ordinal at which the rate's tier changes although no mark does; null: never",
                                null=True,
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="district.calendar",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                help_text="current or last school",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="district.school",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="district.student",
                            ),
                        ),
                    ],
                ),
                migrations.AddConstraint(
                    model_name="attendancecase",
                    constraint=models.UniqueConstraint(
                        fields=("student", "school_year"), name="attendance_case_key"
                    ),
                ),
                migrations.AddIndex(
                    model_name="disclosure",
                    index=models.Index(fields=["case", "on"], name="disclosure_case_on"),
                ),
                migrations.AddIndex(
                    model_name="effectpair",
                    index=models.Index(fields=["school_year", "school"], name="effect_pair_school"),
                ),
                migrations.AddConstraint(
                    model_name="mediationaccess",
                    constraint=models.UniqueConstraint(
                        fields=("school", "provider", "starts"), name="mediation_access_key"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="partnerschool",
                    constraint=models.UniqueConstraint(
                        fields=("partner", "school", "starts"), name="partner_school_key"
                    ),
                ),
                migrations.AddIndex(
                    model_name="policytrial",
                    index=models.Index(fields=["-created_at"], name="policy_trial_latest"),
                ),
                migrations.AddConstraint(
                    model_name="schooltally",
                    constraint=models.UniqueConstraint(
                        fields=("student", "school", "school_year"), name="school_tally_key"
                    ),
                ),
                migrations.AddIndex(
                    model_name="tally",
                    index=models.Index(
                        condition=models.Q(("evaluate_at__isnull", False)),
                        fields=["calendar", "evaluate_at"],
                        name="tally_evaluate",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="tally",
                    constraint=models.UniqueConstraint(
                        fields=("student", "school_year"), name="tally_key"
                    ),
                ),
                migrations.RunSQL(FORWARD, BACKWARD),
            ]
        )
    ]
