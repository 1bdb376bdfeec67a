import uuid

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import casework.encryption.fields
from district.initial_schema import InitialSchema


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("district", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        InitialSchema(
            [
                migrations.CreateModel(
                    name="Alert",
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
                            "code",
                            models.CharField(
                                help_text="rung label, L6_LATE, IMPORT_HELD ...", max_length=48
                            ),
                        ),
                        (
                            "level",
                            models.CharField(
                                default="owner",
                                help_text="owner, supervisor, coordinator, escalation, admin",
                                max_length=16,
                            ),
                        ),
                        ("raised_at", models.DateTimeField()),
                        ("scheduled_for", models.DateTimeField(null=True)),
                        ("data", models.JSONField(default=dict, help_text="codes and dates alone")),
                        (
                            "fanned_out_at",
                            models.DateTimeField(
                                help_text="when the messages to people were made of it", null=True
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="AllowedMove",
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
                        ("subject", models.CharField(help_text="case or process", max_length=8)),
                        ("kind", models.CharField(max_length=16)),
                        ("rules", models.CharField(max_length=32)),
                        ("source", models.CharField(blank=True, max_length=32)),
                        ("target", models.CharField(max_length=32)),
                    ],
                ),
                migrations.CreateModel(
                    name="Appointment",
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
                        ("kind", models.CharField(max_length=32)),
                        ("starts_at", models.DateTimeField()),
                        ("minutes", models.PositiveSmallIntegerField(default=60)),
                        (
                            "place",
                            casework.encryption.fields.SealedTextField(
                                blank=True, help_text="a place may be somebody's home"
                            ),
                        ),
                        ("interpreter", models.BooleanField(default=False)),
                        (
                            "sequence",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="raised at each change, so that calendars update their entry",
                            ),
                        ),
                        ("cancelled_at", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Attachment",
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
                            "name",
                            casework.encryption.fields.SealedTextField(verbose_name="file name"),
                        ),
                        (
                            "media_type",
                            models.CharField(
                                blank=True,
                                help_text="sniffed from the bytes, not from the name",
                                max_length=100,
                            ),
                        ),
                        ("size", models.PositiveIntegerField()),
                        ("sha256", models.CharField(max_length=64)),
                        ("file", models.FileField(max_length=200, upload_to="attachments/")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("QUARANTINED", "being checked"),
                                    ("CLEAN", "checked"),
                                    ("REFUSED", "refused"),
                                ],
                                default="QUARANTINED",
                                max_length=16,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=200)),
                        ("uploaded_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="CalendarApplied",
                    fields=[
                        (
                            "calendar",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                serialize=False,
                                to="district.calendar",
                            ),
                        ),
                        ("revision", models.PositiveIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Case",
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
                            "number",
                            models.CharField(
                                max_length=24, unique=True, verbose_name="case number"
                            ),
                        ),
                        ("kind", models.CharField(max_length=16, verbose_name="kind")),
                        ("rules", models.CharField(max_length=32, verbose_name="rules version")),
                        (
                            "policy",
                            models.CharField(
                                blank=True, max_length=64, verbose_name="policy version"
                            ),
                        ),
                        ("state", models.CharField(max_length=32, verbose_name="state")),
                        ("revision", models.PositiveIntegerField(default=1)),
                        (
                            "episode",
                            models.PositiveSmallIntegerField(default=1, verbose_name="episode"),
                        ),
                        ("opened_on", models.DateField(verbose_name="opened")),
                        ("closed_on", models.DateField(null=True, verbose_name="closed")),
                        (
                            "closed_reason",
                            models.CharField(
                                blank=True, max_length=32, verbose_name="reason for closing"
                            ),
                        ),
                        ("next_due", models.DateField(null=True, verbose_name="next duty due")),
                        (
                            "next_duty",
                            models.CharField(
                                blank=True,
                                help_text="clock kind of the next duty",
                                max_length=32,
                                verbose_name="next duty",
                            ),
                        ),
                        (
                            "next_day0",
                            models.DateField(
                                help_text="day 0 of the next duty: worklists draw how much of its time is over",
                                null=True,
                            ),
                        ),
                        (
                            "last_contact_on",
                            models.DateField(null=True, verbose_name="last contact"),
                        ),
                        ("head_seq", models.PositiveIntegerField(default=0)),
                        ("head_hash", models.CharField(blank=True, max_length=64)),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "permissions": [
                            ("view_cases", "may read this one case"),
                            ("work_cases", "may work this one case"),
                            ("coordinate_cases", "coordinates this one case"),
                            ("investigate_cases", "investigates this one case"),
                            ("decide_cases", "decides this one case"),
                            ("appeal_cases", "hears the appeal in this one case"),
                            (
                                "facilitate_cases",
                                "facilitates an informal resolution in this one case",
                            ),
                            ("administer_cases", "acts for the school in this one case"),
                            (
                                "approve_cases",
                                "decides on what is beyond the coordinator in this one case",
                            ),
                            ("mediate_cases", "leads the mediation in this one case"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CaseNumber",
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
                        ("kind", models.CharField(max_length=16)),
                        ("year", models.PositiveSmallIntegerField()),
                        ("last", models.PositiveIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="CaseUserPermission",
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
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Clock",
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
                        ("kind", models.CharField(max_length=32)),
                        ("day0", models.DateField()),
                        ("day0_basis", models.CharField(default="detected", max_length=32)),
                        (
                            "unit",
                            models.CharField(help_text="calendar, school or work", max_length=10),
                        ),
                        ("n", models.PositiveSmallIntegerField()),
                        ("calendar_revision", models.PositiveIntegerField(null=True)),
                        (
                            "provisional",
                            models.BooleanField(
                                default=False, help_text="reaches beyond the known calendar"
                            ),
                        ),
                        ("original_due", models.DateField()),
                        ("due", models.DateField()),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("RUNNING", "running"),
                                    ("HELD", "on hold"),
                                    ("MET", "kept in time"),
                                    ("MISSED_ORIGINAL_MET_EXTENDED", "kept within the extension"),
                                    ("MISSED", "missed"),
                                    ("ESCALATED", "escalated"),
                                    ("CANCELLED", "cancelled"),
                                    ("MERGED", "merged"),
                                ],
                                default="RUNNING",
                                max_length=32,
                            ),
                        ),
                        ("stop_event", models.CharField(blank=True, max_length=64)),
                        ("stopped_on", models.DateField(null=True)),
                        ("episode", models.PositiveSmallIntegerField(default=1)),
                        (
                            "ladder",
                            models.CharField(
                                default="default",
                                help_text="alert ladder of the policy; kept, so that a renamed step still alerts",
                                max_length=32,
                            ),
                        ),
                        ("roll", models.CharField(default="none", max_length=20)),
                        (
                            "role",
                            models.CharField(
                                blank=True,
                                help_text="whose promise it is while the case has no owner",
                                max_length=32,
                            ),
                        ),
                        (
                            "extended_by",
                            models.PositiveSmallIntegerField(
                                default=0,
                                help_text="days granted by extensions, in the clock's unit",
                            ),
                        ),
                        ("extensions", models.PositiveSmallIntegerField(default=0)),
                        (
                            "held_days",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="days of ended holds, in the clock's unit"
                            ),
                        ),
                        ("held_from", models.DateField(null=True)),
                        (
                            "held_until",
                            models.DateField(help_text="expected end of the hold", null=True),
                        ),
                        (
                            "late_until",
                            models.DateField(
                                help_text="date of an extension entered too late: it moves nothing, it is only shown",
                                null=True,
                            ),
                        ),
                        (
                            "generation",
                            models.PositiveSmallIntegerField(
                                default=1, help_text="how often the alerts were planned"
                            ),
                        ),
                        (
                            "rebased_from",
                            models.DateField(
                                help_text="the wrong day 0 that this clock replaces", null=True
                            ),
                        ),
                        (
                            "then",
                            models.CharField(
                                blank=True,
                                help_text="step that the system takes on the day after the due date",
                                max_length=64,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ClockChange",
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
                        ("at", models.DateTimeField()),
                        (
                            "op",
                            models.CharField(
                                help_text="START EXTEND HOLD RESUME REBASE RECALC ESCALATE CANCEL STOP",
                                max_length=16,
                            ),
                        ),
                        ("old_due", models.DateField(null=True)),
                        ("new_due", models.DateField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=200)),
                        ("on", models.DateField(help_text="the local date that it counts for")),
                        ("data", models.JSONField(default=dict)),
                    ],
                ),
                migrations.CreateModel(
                    name="Disposal",
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
                        ("proposed_on", models.DateField()),
                        ("withdrawn_on", models.DateField(null=True)),
                        ("confirmed_on", models.DateField(null=True)),
                        ("certificate", models.JSONField(default=dict)),
                    ],
                ),
                migrations.CreateModel(
                    name="Document",
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
                            "code",
                            models.CharField(
                                help_text="template code: L3, L6, L10 ...", max_length=32
                            ),
                        ),
                        ("language", models.CharField(max_length=8)),
                        ("template_version", models.CharField(max_length=80)),
                        ("recipient", casework.encryption.fields.SealedTextField(blank=True)),
                        ("file", models.FileField(max_length=200, upload_to="documents/")),
                        ("sha256", models.CharField(max_length=64)),
                        ("size", models.PositiveIntegerField()),
                        ("pages", models.PositiveSmallIntegerField(default=1)),
                        (
                            "data",
                            casework.encryption.fields.SealedJSONField(
                                default=dict,
                                help_text="the merge data, so that the letter can be explained and made again",
                            ),
                        ),
                        ("draft", models.BooleanField(default=True)),
                        ("created_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Draft",
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
                            "process",
                            models.UUIDField(
                                help_text="the process whose step it is; none: a step of the case",
                                null=True,
                            ),
                        ),
                        ("step", models.CharField(max_length=48)),
                        (
                            "fields",
                            casework.encryption.fields.SealedTextField(
                                help_text="field -> value or values, as JSON"
                            ),
                        ),
                        ("kept_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="EmergencyAccess",
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
                            "reason",
                            casework.encryption.fields.SealedTextField(verbose_name="reason"),
                        ),
                        ("at", models.DateTimeField()),
                        ("until", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Event",
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
                        ("seq", models.PositiveIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("TRANSITION", "step"),
                                    ("NOTE", "note"),
                                    ("CONTACT", "contact"),
                                    ("DOCUMENT", "document"),
                                    ("FACT", "change in the facts"),
                                    ("CLOCK", "deadline"),
                                    ("ACCESS", "access"),
                                ],
                                max_length=16,
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="name of the transition or of what happened",
                                max_length=64,
                            ),
                        ),
                        ("source", models.CharField(blank=True, max_length=32)),
                        ("target", models.CharField(blank=True, max_length=32)),
                        ("at", models.DateTimeField()),
                        ("on", models.DateField(help_text="the local date that it counts for")),
                        ("rules", models.CharField(max_length=32)),
                        ("citation", models.CharField(blank=True, max_length=200)),
                        ("data", models.JSONField(default=dict)),
                        (
                            "digest",
                            models.CharField(
                                blank=True,
                                db_default="",
                                help_text="of the data; the chain covers it, so that data may be disposed of",
                                max_length=64,
                            ),
                        ),
                        (
                            "key",
                            models.UUIDField(help_text="idempotency key of the request", null=True),
                        ),
                        ("prev_hash", models.CharField(blank=True, max_length=64)),
                        ("hash", models.CharField(max_length=64)),
                    ],
                    options={
                        "ordering": ["case", "seq"],
                    },
                ),
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        (
                            "name",
                            models.CharField(max_length=32, primary_key=True, serialize=False),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "for_date",
                            models.DateField(
                                help_text="nightly jobs: the last local date done", null=True
                            ),
                        ),
                        ("data", models.JSONField(default=dict)),
                    ],
                ),
                migrations.CreateModel(
                    name="LegalHold",
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
                            "scope",
                            models.CharField(
                                choices=[
                                    ("CASE", "one case"),
                                    ("PERSON", "every case about a student"),
                                    ("QUERY", "every case that fits a description"),
                                ],
                                max_length=8,
                                verbose_name="covers",
                            ),
                        ),
                        (
                            "query",
                            models.JSONField(
                                default=dict, help_text="kind, school, opened_from, opened_to"
                            ),
                        ),
                        (
                            "matter",
                            models.CharField(
                                help_text="court or agency and its file number; no names",
                                max_length=200,
                                verbose_name="matter",
                            ),
                        ),
                        ("set_on", models.DateField()),
                        ("lifted_on", models.DateField(null=True)),
                        ("lifted_why", models.CharField(blank=True, max_length=200)),
                    ],
                ),
                migrations.CreateModel(
                    name="MeasureValue",
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
                        ("measure", models.CharField(max_length=48)),
                        ("as_of", models.DateField()),
                        ("numerator", models.IntegerField()),
                        ("denominator", models.IntegerField()),
                        ("policy", models.CharField(blank=True, max_length=64)),
                    ],
                ),
                migrations.CreateModel(
                    name="PolicyUse",
                    fields=[
                        (
                            "version",
                            models.CharField(
                                help_text="policy_id@version, e.g. nc-cms@2026.1",
                                max_length=64,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("domain", models.CharField(max_length=16)),
                        ("sha256", models.CharField(max_length=64)),
                        ("content", models.JSONField()),
                        ("first_used_at", models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Process",
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
                        ("kind", models.CharField(max_length=16)),
                        ("rules", models.CharField(max_length=32)),
                        (
                            "code",
                            models.CharField(
                                blank=True, help_text="which one: L3, L6, L3+L6 ...", max_length=32
                            ),
                        ),
                        ("state", models.CharField(max_length=32)),
                        ("opened_on", models.DateField()),
                        ("closed_on", models.DateField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Read",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        (
                            "number",
                            models.CharField(
                                blank=True, help_text="the number that was asked for", max_length=24
                            ),
                        ),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("CASE", "case page"),
                                    ("STEP", "page of a step"),
                                    ("DEADLINES", "deadlines"),
                                    ("DOCUMENT", "letter"),
                                    ("ATTACHMENT", "attachment"),
                                    ("APPOINTMENT", "appointment"),
                                    ("EXPORT", "export"),
                                    ("SEARCH", "search"),
                                    ("READS", "record of reads"),
                                    ("DISCLOSURES", "record of disclosures"),
                                    ("PACKET", "a party's packet"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "object",
                            models.UUIDField(help_text="the letter or attachment", null=True),
                        ),
                        (
                            "words",
                            models.CharField(
                                blank=True,
                                help_text="keyed digest of the words of a search",
                                max_length=64,
                            ),
                        ),
                        (
                            "refused",
                            models.BooleanField(
                                default=False,
                                help_text="answered like something that does not exist",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Recusal",
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
                            "reason",
                            casework.encryption.fields.SealedTextField(verbose_name="reason"),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="RollupCell",
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
                        ("kind", models.CharField(max_length=16)),
                        (
                            "school_id",
                            models.BigIntegerField(
                                help_text="0: all schools together (cells alone); -1: a case without a school"
                            ),
                        ),
                        ("owner_id", models.BigIntegerField(default=0, help_text="0: nobody")),
                        (
                            "duty",
                            models.CharField(
                                blank=True,
                                help_text="kind of the promise; empty: the case itself",
                                max_length=32,
                            ),
                        ),
                        ("day", models.DateField()),
                        ("counted_o", models.IntegerField(default=0)),
                        ("met_o", models.IntegerField(default=0)),
                        ("late_o", models.IntegerField(default=0)),
                        ("counted_e", models.IntegerField(default=0)),
                        ("met_e", models.IntegerField(default=0)),
                        ("late_e", models.IntegerField(default=0)),
                        ("running", models.IntegerField(default=0)),
                        ("held", models.IntegerField(default=0)),
                        ("view", models.CharField(max_length=1)),
                    ],
                ),
                migrations.CreateModel(
                    name="RollupMark",
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
                        ("case_id", models.BigIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="RollupPart",
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
                        ("kind", models.CharField(max_length=16)),
                        (
                            "school_id",
                            models.BigIntegerField(
                                help_text="0: all schools together (cells alone); -1: a case without a school"
                            ),
                        ),
                        ("owner_id", models.BigIntegerField(default=0, help_text="0: nobody")),
                        (
                            "duty",
                            models.CharField(
                                blank=True,
                                help_text="kind of the promise; empty: the case itself",
                                max_length=32,
                            ),
                        ),
                        ("day", models.DateField()),
                        ("counted_o", models.IntegerField(default=0)),
                        ("met_o", models.IntegerField(default=0)),
                        ("late_o", models.IntegerField(default=0)),
                        ("counted_e", models.IntegerField(default=0)),
                        ("met_e", models.IntegerField(default=0)),
                        ("late_e", models.IntegerField(default=0)),
                        ("running", models.IntegerField(default=0)),
                        ("held", models.IntegerField(default=0)),
                        ("case_id", models.BigIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Rung",
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
                        ("generation", models.PositiveSmallIntegerField(default=1)),
                        ("label", models.CharField(max_length=64)),
                        ("level", models.CharField(max_length=16)),
                        ("scheduled_for", models.DateTimeField()),
                        ("fired_at", models.DateTimeField(null=True)),
                        ("cancelled_at", models.DateTimeField(null=True)),
                        (
                            "every",
                            models.PositiveSmallIntegerField(
                                help_text="plan the next one so many days later when this one fires",
                                null=True,
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                blank=True,
                                help_text="the system takes this step instead of raising an alert",
                                max_length=64,
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="SavedView",
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
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("query", models.CharField(max_length=500)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Task",
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
                                help_text="ASSIGN_SSW, ROOT_CAUSE, REVIEW_CORRECTION ...",
                                max_length=32,
                            ),
                        ),
                        (
                            "role",
                            models.CharField(help_text="role whose duty it is", max_length=32),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("OPEN", "open"),
                                    ("DONE", "done"),
                                    ("CANCELLED", "cancelled"),
                                ],
                                default="OPEN",
                                max_length=12,
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                        ("closed_at", models.DateTimeField(null=True)),
                        ("outcome", models.CharField(blank=True, max_length=200)),
                    ],
                ),
                migrations.AddConstraint(
                    model_name="allowedmove",
                    constraint=models.UniqueConstraint(
                        fields=("subject", "kind", "rules", "source", "target"),
                        name="allowed_move_key",
                    ),
                ),
                migrations.AddField(
                    model_name="attachment",
                    name="uploaded_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="case",
                    name="owner",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="case",
                    name="school",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="district.school",
                    ),
                ),
                migrations.AddField(
                    model_name="attachment",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="appointment",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="alert",
                    name="case",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="casework.case",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="casenumber",
                    constraint=models.UniqueConstraint(
                        fields=("kind", "year"), name="case_number_key"
                    ),
                ),
                migrations.AddField(
                    model_name="caseuserpermission",
                    name="content_object",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="casework.case"
                    ),
                ),
                migrations.AddField(
                    model_name="caseuserpermission",
                    name="permission",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="auth.permission"
                    ),
                ),
                migrations.AddField(
                    model_name="caseuserpermission",
                    name="user",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                migrations.AddField(
                    model_name="clock",
                    name="calendar",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="district.calendar",
                    ),
                ),
                migrations.AddField(
                    model_name="clock",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clocks",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="alert",
                    name="clock",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="casework.clock",
                    ),
                ),
                migrations.AddField(
                    model_name="clockchange",
                    name="by",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="clockchange",
                    name="clock",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="casework.clock",
                    ),
                ),
                migrations.AddField(
                    model_name="disposal",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disposals",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="disposal",
                    name="confirmed_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="disposal",
                    name="proposed_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="document",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="document",
                    name="created_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="draft",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="draft",
                    name="user",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="emergencyaccess",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emergencies",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="emergencyaccess",
                    name="user",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="event",
                    name="actor",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="event",
                    name="case",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="legalhold",
                    name="case",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="legalhold",
                    name="lifted_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="legalhold",
                    name="set_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="legalhold",
                    name="student",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="district.student",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="measurevalue",
                    constraint=models.UniqueConstraint(
                        fields=("measure", "as_of"), name="measure_value_key"
                    ),
                ),
                migrations.AddField(
                    model_name="process",
                    name="case",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="processes",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="event",
                    name="process",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="casework.process",
                    ),
                ),
                migrations.AddField(
                    model_name="document",
                    name="process",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="casework.process",
                    ),
                ),
                migrations.AddField(
                    model_name="clock",
                    name="process",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clocks",
                        to="casework.process",
                    ),
                ),
                migrations.AddField(
                    model_name="appointment",
                    name="process",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="casework.process",
                    ),
                ),
                migrations.AddField(
                    model_name="read",
                    name="case",
                    field=models.ForeignKey(
                        help_text="empty when no such case exists",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reads",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="read",
                    name="user",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="recusal",
                    name="by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="recusal",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recusals",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="recusal",
                    name="user",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recusals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rollupcell",
                    constraint=models.UniqueConstraint(
                        fields=("kind", "view", "school_id", "owner_id", "duty", "day"),
                        name="rollup_cell_key",
                    ),
                ),
                migrations.AddIndex(
                    model_name="rolluppart",
                    index=models.Index(fields=["case_id"], name="rollup_part_case"),
                ),
                migrations.AddIndex(
                    model_name="rolluppart",
                    index=models.Index(fields=["day"], name="rollup_part_day"),
                ),
                migrations.AddField(
                    model_name="rung",
                    name="alert",
                    field=models.ForeignKey(
                        db_index=False,
                        help_text="the one alert that it became",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rungs",
                        to="casework.alert",
                    ),
                ),
                migrations.AddField(
                    model_name="rung",
                    name="clock",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rungs",
                        to="casework.clock",
                    ),
                ),
                migrations.AddField(
                    model_name="savedview",
                    name="user",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="task",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="task",
                    name="clock",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="casework.clock",
                    ),
                ),
                migrations.AddField(
                    model_name="task",
                    name="closed_by",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="task",
                    name="process",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="casework.process",
                    ),
                ),
                migrations.AddIndex(
                    model_name="case",
                    index=models.Index(
                        condition=models.Q(("closed_on", None)),
                        fields=["school", "next_due", "id"],
                        name="case_school_open",
                    ),
                ),
                migrations.AddIndex(
                    model_name="case",
                    index=models.Index(
                        condition=models.Q(("closed_on", None)),
                        fields=["owner", "next_due", "id"],
                        name="case_owner_open",
                    ),
                ),
                migrations.AddIndex(
                    model_name="case",
                    index=models.Index(
                        condition=models.Q(("closed_on", None)),
                        fields=["next_due", "id"],
                        name="case_due_open",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="case",
                    trigger=pgtrigger.compiler.Trigger(
                        name="case_law",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE came_from text;",
                            func="\n            IF TG_OP = 'UPDATE' THEN\n                IF NEW.kind IS DISTINCT FROM OLD.kind THEN\n                    RAISE EXCEPTION 'the kind of a case never changes';\n                END IF;\n                IF NEW.state IS NOT DISTINCT FROM OLD.state AND NEW.rules IS NOT DISTINCT FROM OLD.rules THEN\n                    RETURN NEW;\n                END IF;\n                IF NEW.revision <= OLD.revision OR NEW.head_seq <= OLD.head_seq THEN\n                    RAISE EXCEPTION 'a case changes its state only with an event on its timeline';\n                END IF;\n                came_from := OLD.state;\n            ELSE\n                came_from := '';\n            END IF;\n            IF TG_OP = 'UPDATE' AND NEW.rules IS DISTINCT FROM OLD.rules AND NOT EXISTS (\n                SELECT 1 FROM casework_allowedmove m WHERE m.subject = 'case' AND m.kind = NEW.kind\n                   AND m.rules = NEW.rules AND NEW.state IN (m.source, m.target))\n            THEN\n                RAISE EXCEPTION 'rules % know no state \"%\" of a case', NEW.rules, NEW.state;\n            END IF;\n            IF came_from IS DISTINCT FROM NEW.state AND NOT EXISTS (\n                SELECT 1 FROM casework_allowedmove m WHERE m.subject = 'case' AND m.kind = NEW.kind\n                   AND m.rules = NEW.rules AND m.source = came_from AND m.target = NEW.state)\n            THEN\n                RAISE EXCEPTION 'no rule lets a case of kind % under % go from \"%\" to \"%\"',\n                    NEW.kind, NEW.rules, came_from, NEW.state;\n            END IF;\n            RETURN NEW;\n        ",
                            hash="26d94c6775c935af844504276724b06431fa7a14",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_case_law_ffb55",
                            table="casework_case",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="case",
                    trigger=pgtrigger.compiler.Trigger(
                        name="never_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="71e33315fd4fa77d603fad9ce17cdf80eb1cc2a4",
                            operation="DELETE",
                            pgid="pgtrigger_never_delete_6e654",
                            table="casework_case",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AlterUniqueTogether(
                    name="caseuserpermission",
                    unique_together={("user", "permission", "content_object")},
                ),
                migrations.AddIndex(
                    model_name="alert",
                    index=models.Index(fields=["raised_at"], name="alert_raised"),
                ),
                migrations.AddIndex(
                    model_name="alert",
                    index=models.Index(
                        condition=models.Q(("fanned_out_at", None)),
                        fields=["raised_at", "id"],
                        name="alert_waiting",
                    ),
                ),
                migrations.AddIndex(
                    model_name="clockchange",
                    index=models.Index(fields=["clock", "id"], name="clock_change"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="clockchange",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="f8588ac01a9538ea971c8fd01371c505e0eaf0c6",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_0440a",
                            table="casework_clockchange",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="disposal",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("withdrawn_on", None)),
                        fields=("case",),
                        name="disposal_one_open",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="disposal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="disposal_two_people",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="disposal",
                    trigger=pgtrigger.compiler.Trigger(
                        name="never_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="9eb223a609a1ec370f804363215858b086bbfb8a",
                            operation="DELETE",
                            pgid="pgtrigger_never_delete_9b106",
                            table="casework_disposal",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="draft",
                    constraint=models.UniqueConstraint(
                        fields=("user", "case", "process", "step"),
                        name="draft_key",
                        nulls_distinct=False,
                    ),
                ),
                migrations.AddIndex(
                    model_name="emergencyaccess",
                    index=models.Index(fields=["user", "until"], name="emergency_user"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="emergencyaccess",
                    trigger=pgtrigger.compiler.Trigger(
                        name="never_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="21c146359425d298c08ffddcab10abdfb3816e2c",
                            operation="DELETE",
                            pgid="pgtrigger_never_delete_732d8",
                            table="casework_emergencyaccess",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="emergencyaccess",
                    trigger=pgtrigger.compiler.Trigger(
                        name="as_granted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."until" IS DISTINCT FROM (NEW."until"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="2de1dd010a1c4180c95b20162a5d67576bc69ae7",
                            operation="UPDATE",
                            pgid="pgtrigger_as_granted_d5038",
                            table="casework_emergencyaccess",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="legalhold",
                    trigger=pgtrigger.compiler.Trigger(
                        name="never_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="308f01ce1049bc7f9c4c6d507f28ac17fd3b153f",
                            operation="DELETE",
                            pgid="pgtrigger_never_delete_290aa",
                            table="casework_legalhold",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="legalhold",
                    trigger=pgtrigger.compiler.Trigger(
                        name="as_set",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."student_id" IS DISTINCT FROM (NEW."student_id") OR OLD."query" IS DISTINCT FROM (NEW."query") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id") OR OLD."set_on" IS DISTINCT FROM (NEW."set_on"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="f016c0798fd62b5fe164cbbf786c17382105b060",
                            operation="UPDATE",
                            pgid="pgtrigger_as_set_d1d83",
                            table="casework_legalhold",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="process",
                    index=models.Index(fields=["case", "kind"], name="process_case"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="process",
                    trigger=pgtrigger.compiler.Trigger(
                        name="process_law",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE came_from text;",
                            func="\n            IF TG_OP = 'UPDATE' THEN\n                IF NEW.kind IS DISTINCT FROM OLD.kind THEN\n                    RAISE EXCEPTION 'the kind of a process never changes';\n                END IF;\n                IF NEW.state IS NOT DISTINCT FROM OLD.state AND NEW.rules IS NOT DISTINCT FROM OLD.rules THEN\n                    RETURN NEW;\n                END IF;\n                \n                came_from := OLD.state;\n            ELSE\n                came_from := '';\n            END IF;\n            IF TG_OP = 'UPDATE' AND NEW.rules IS DISTINCT FROM OLD.rules AND NOT EXISTS (\n                SELECT 1 FROM casework_allowedmove m WHERE m.subject = 'process' AND m.kind = NEW.kind\n                   AND m.rules = NEW.rules AND NEW.state IN (m.source, m.target))\n            THEN\n                RAISE EXCEPTION 'rules % know no state \"%\" of a process', NEW.rules, NEW.state;\n            END IF;\n            IF came_from IS DISTINCT FROM NEW.state AND NOT EXISTS (\n                SELECT 1 FROM casework_allowedmove m WHERE m.subject = 'process' AND m.kind = NEW.kind\n                   AND m.rules = NEW.rules AND m.source = came_from AND m.target = NEW.state)\n            THEN\n                RAISE EXCEPTION 'no rule lets a process of kind % under % go from \"%\" to \"%\"',\n                    NEW.kind, NEW.rules, came_from, NEW.state;\n            END IF;\n            RETURN NEW;\n        ",
                            hash="5fbdaf69b16201e1060b1f7abcaa3e978f17e749",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_process_law_bd18c",
                            table="casework_process",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="process",
                    trigger=pgtrigger.compiler.Trigger(
                        name="never_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="12ef2769c7b47bdaa1302a15b2f834bcb7f4d2e1",
                            operation="DELETE",
                            pgid="pgtrigger_never_delete_62c48",
                            table="casework_process",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="event",
                    constraint=models.UniqueConstraint(fields=("case", "seq"), name="event_seq"),
                ),
                migrations.AddConstraint(
                    model_name="event",
                    constraint=models.UniqueConstraint(fields=("case", "key"), name="event_key"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="event",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="43e7f6f965e2c17b2ab932fddfbcc51c59a0d7c3",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_396c8",
                            table="casework_event",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="document",
                    index=models.Index(fields=["case", "created_at"], name="document_case"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="document",
                    trigger=pgtrigger.compiler.Trigger(
                        name="same_bytes",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."file" IS DISTINCT FROM (NEW."file") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."data" IS DISTINCT FROM (NEW."data") OR OLD."template_version" IS DISTINCT FROM (NEW."template_version"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="8e3afd54817eff0a95aab822aab8d35fac545e2a",
                            operation="UPDATE",
                            pgid="pgtrigger_same_bytes_15888",
                            table="casework_document",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="document",
                    trigger=pgtrigger.compiler.Trigger(
                        name="never_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="72371e3937560959a370d203e1a5567586cca272",
                            operation="DELETE",
                            pgid="pgtrigger_never_delete_2b8a8",
                            table="casework_document",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="clock",
                    index=models.Index(
                        condition=models.Q(("status__in", ["RUNNING", "HELD"])),
                        fields=["due"],
                        name="clock_due",
                    ),
                ),
                migrations.AddIndex(
                    model_name="clock",
                    index=models.Index(
                        condition=models.Q(("status__in", ["RUNNING", "HELD"])),
                        fields=["calendar"],
                        name="clock_calendar",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="clock",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status__in", ["RUNNING", "HELD"])),
                        fields=("case", "process", "kind"),
                        name="clock_one_running",
                        nulls_distinct=False,
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="clock",
                    trigger=pgtrigger.compiler.Trigger(
                        name="original_due",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."original_due" IS DISTINCT FROM (NEW."original_due") OR OLD."case_id" IS DISTINCT FROM (NEW."case_id"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="1f658528603d6e12e3380d17f5922d3968387f42",
                            operation="UPDATE",
                            pgid="pgtrigger_original_due_e20e4",
                            table="casework_clock",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="clock",
                    trigger=pgtrigger.compiler.Trigger(
                        name="never_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="1299260be98c00a9a568eab69bded7877963c588",
                            operation="DELETE",
                            pgid="pgtrigger_never_delete_b5664",
                            table="casework_clock",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="appointment",
                    index=models.Index(fields=["starts_at"], name="appointment_starts"),
                ),
                migrations.AddIndex(
                    model_name="read",
                    index=models.Index(fields=["case", "-id"], name="read_case"),
                ),
                migrations.AddIndex(
                    model_name="read",
                    index=models.Index(fields=["user", "-id"], name="read_user"),
                ),
                migrations.AddIndex(
                    model_name="read",
                    index=models.Index(
                        condition=models.Q(("words", ""), _negated=True),
                        fields=["words"],
                        name="read_words",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="read",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7efc5b7746bfbfcb37ba6fbf15d446b2f4ca7cbc",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_0100c",
                            table="casework_read",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="recusal",
                    constraint=models.UniqueConstraint(fields=("case", "user"), name="recusal_key"),
                ),
                migrations.AddIndex(
                    model_name="rung",
                    index=models.Index(
                        condition=models.Q(("cancelled_at", None), ("fired_at", None)),
                        fields=["scheduled_for", "id"],
                        name="rung_pending",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rung",
                    constraint=models.UniqueConstraint(
                        fields=("clock", "label", "generation"), name="rung_key"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="savedview",
                    constraint=models.UniqueConstraint(
                        fields=("user", "name"), name="saved_view_name"
                    ),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(
                        condition=models.Q(("status", "OPEN")), fields=["case"], name="task_open"
                    ),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(
                        condition=models.Q(("status", "OPEN")),
                        fields=["role", "opened_at"],
                        name="task_role_open",
                    ),
                ),
            ]
        )
    ]
