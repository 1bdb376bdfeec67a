import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from district.initial_schema import InitialSchema


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        InitialSchema(
            [
                migrations.CreateModel(
                    name="Area",
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
                            models.CharField(max_length=100, unique=True, verbose_name="name"),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="District",
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
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "short_name",
                            models.CharField(blank=True, max_length=60, verbose_name="short name"),
                        ),
                        ("address", models.TextField(blank=True, verbose_name="address")),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=40, verbose_name="telephone"),
                        ),
                        (
                            "website",
                            models.CharField(blank=True, max_length=200, verbose_name="website"),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Guardian",
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
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "guardian_id",
                            models.CharField(max_length=64, verbose_name="contact number"),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "relation",
                            models.CharField(blank=True, max_length=64, verbose_name="relation"),
                        ),
                        (
                            "legal_rights",
                            models.BooleanField(default=True, verbose_name="has legal rights"),
                        ),
                        (
                            "address",
                            models.TextField(
                                blank=True,
                                help_text="one line of the address a line",
                                verbose_name="address",
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=40, verbose_name="telephone"),
                        ),
                        (
                            "email",
                            models.CharField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "language",
                            models.CharField(default="en", max_length=16, verbose_name="language"),
                        ),
                        (
                            "contact_order",
                            models.PositiveSmallIntegerField(
                                default=1, verbose_name="order of contact"
                            ),
                        ),
                        (
                            "do_not_contact",
                            models.BooleanField(default=False, verbose_name="do not contact"),
                        ),
                    ],
                    options={
                        "ordering": ["contact_order", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="SchoolYear",
                    fields=[
                        (
                            "year",
                            models.PositiveSmallIntegerField(
                                primary_key=True, serialize=False, verbose_name="begins in"
                            ),
                        ),
                        ("starts", models.DateField(verbose_name="first date that belongs to it")),
                        ("ends", models.DateField(verbose_name="last date that belongs to it")),
                    ],
                ),
                migrations.CreateModel(
                    name="User",
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
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "username",
                            models.CharField(
                                error_messages={
                                    "unique": "A user with that username already exists."
                                },
                                help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                                max_length=150,
                                unique=True,
                                validators=[
                                    django.contrib.auth.validators.UnicodeUsernameValidator()
                                ],
                                verbose_name="username",
                            ),
                        ),
                        (
                            "first_name",
                            models.CharField(blank=True, max_length=150, verbose_name="first name"),
                        ),
                        (
                            "last_name",
                            models.CharField(blank=True, max_length=150, verbose_name="last name"),
                        ),
                        (
                            "email",
                            models.EmailField(
                                blank=True, max_length=254, verbose_name="email address"
                            ),
                        ),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="date joined"
                            ),
                        ),
                        (
                            "staff_id",
                            models.CharField(
                                blank=True,
                                max_length=64,
                                null=True,
                                unique=True,
                                verbose_name="staff number",
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=40, verbose_name="telephone"),
                        ),
                        (
                            "language",
                            models.CharField(default="en", max_length=8, verbose_name="language"),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "user",
                        "verbose_name_plural": "users",
                        "abstract": False,
                    },
                    managers=[
                        ("objects", django.contrib.auth.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name="AdminChange",
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
                        ("at", models.DateTimeField(db_index=True)),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("CALENDAR", "calendar day"),
                                    ("AREA", "area"),
                                    ("POLICY", "policy version"),
                                    ("AGENCY", "provider or partner"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "about",
                            models.CharField(
                                help_text="which one: a calendar and a date, an area, a version",
                                max_length=200,
                            ),
                        ),
                        ("before", models.CharField(blank=True, max_length=200)),
                        ("after", models.CharField(blank=True, max_length=200)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ApiToken",
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
                        ("prefix", models.CharField(max_length=12)),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("cases:read", "read cases, their deadlines and documents"),
                                        ("cases:act", "take steps in cases and add files"),
                                        ("inbox", "read and mark my alerts"),
                                        ("attendance:read", "read students' attendance counts"),
                                        ("compliance:read", "read compliance figures"),
                                        (
                                            "imports",
                                            "hand in deliveries of the student information system",
                                        ),
                                        (
                                            "titleix:intake",
                                            "hand in Title IX reports; nothing can be read with it",
                                        ),
                                        ("titleix:counts", "read Title IX counts by status"),
                                    ],
                                    max_length=24,
                                ),
                                size=None,
                                verbose_name="may be used to",
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(verbose_name="valid until")),
                        ("revoked_at", models.DateTimeField(null=True)),
                        ("last_used_at", models.DateTimeField(null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="api_tokens",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ApiRequest",
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
                        ("key", models.UUIDField()),
                        (
                            "digest",
                            models.CharField(
                                help_text="of the request, so that a key is not taken for another request",
                                max_length=64,
                            ),
                        ),
                        ("answer", models.JSONField(default=dict)),
                        ("at", models.DateTimeField()),
                        (
                            "token",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="requests",
                                to="district.apitoken",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ApiTokenEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("prefix", models.CharField(max_length=12)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("cases:read", "read cases, their deadlines and documents"),
                                        ("cases:act", "take steps in cases and add files"),
                                        ("inbox", "read and mark my alerts"),
                                        ("attendance:read", "read students' attendance counts"),
                                        ("compliance:read", "read compliance figures"),
                                        (
                                            "imports",
                                            "hand in deliveries of the student information system",
                                        ),
                                        (
                                            "titleix:intake",
                                            "hand in Title IX reports; nothing can be read with it",
                                        ),
                                        ("titleix:counts", "read Title IX counts by status"),
                                    ],
                                    max_length=24,
                                ),
                                size=None,
                                verbose_name="may be used to",
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(verbose_name="valid until")),
                        ("revoked_at", models.DateTimeField(null=True)),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="district.apitoken",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Calendar",
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
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "calendar_id",
                            models.CharField(max_length=64, verbose_name="number in the source"),
                        ),
                        ("revision", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "calendar_id"), name="calendar_key"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarDay",
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
                        ("date", models.DateField()),
                        (
                            "day_type",
                            models.CharField(
                                choices=[
                                    ("INSTRUCTIONAL", "instructional day"),
                                    ("WORKDAY", "teacher workday"),
                                    ("HOLIDAY", "holiday"),
                                    ("BREAK", "break"),
                                    ("CLOSURE", "closure"),
                                    ("MAKEUP", "make-up day"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("minutes", models.PositiveSmallIntegerField(default=0)),
                        ("is_membership_day", models.BooleanField(default=True)),
                        (
                            "instructional",
                            models.BooleanField(
                                default=True, help_text="day_type is INSTRUCTIONAL or MAKEUP"
                            ),
                        ),
                        ("ordinal", models.PositiveIntegerField(default=0)),
                        (
                            "calendar",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="days",
                                to="district.calendar",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Import",
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
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "format",
                            models.CharField(
                                help_text="canonical, edfi or oneroster",
                                max_length=16,
                                verbose_name="format",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("UPLOADED", "uploaded"),
                                    ("CHECKING", "being checked"),
                                    ("PREVIEW", "ready to apply"),
                                    ("APPLYING", "being applied"),
                                    ("APPLIED", "applied"),
                                    ("UNCHANGED", "same as before, nothing to do"),
                                    ("HELD", "held for a person to release"),
                                    ("REJECTED", "rejected"),
                                    ("REFUSED", "refused"),
                                ],
                                default="UPLOADED",
                                max_length=16,
                            ),
                        ),
                        ("as_of", models.DateField(null=True, verbose_name="as of")),
                        (
                            "school_year",
                            models.PositiveSmallIntegerField(null=True, verbose_name="school year"),
                        ),
                        (
                            "folder",
                            models.CharField(
                                blank=True, max_length=500, verbose_name="where the files lie"
                            ),
                        ),
                        (
                            "digest",
                            models.CharField(
                                blank=True,
                                db_index=True,
                                max_length=64,
                                verbose_name="hash over all files",
                            ),
                        ),
                        ("decision_reason", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        (
                            "progress",
                            models.JSONField(
                                default=dict, help_text="step, done and total while it runs"
                            ),
                        ),
                        (
                            "report",
                            models.JSONField(
                                default=dict,
                                help_text="counts per file, notes on what was derived, why it was held or refused",
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
                        (
                            "started_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at"],
                    },
                ),
                migrations.CreateModel(
                    name="ImportIssue",
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
                            "level",
                            models.CharField(
                                choices=[
                                    ("ERROR", "not taken"),
                                    ("WARNING", "taken, please check"),
                                ],
                                default="ERROR",
                                max_length=8,
                            ),
                        ),
                        ("file", models.CharField(max_length=200)),
                        ("line", models.PositiveIntegerField(null=True)),
                        ("column", models.CharField(blank=True, max_length=100)),
                        ("value", models.TextField(blank=True)),
                        ("code", models.CharField(max_length=48)),
                        (
                            "params",
                            models.JSONField(
                                default=dict,
                                help_text="what the sentence of the code names: the column, the limit, the rule",
                            ),
                        ),
                        (
                            "reason",
                            models.TextField(
                                help_text="the sentence of the day, for codes that have none any more"
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="issues",
                                to="district.import",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["level", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Post",
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
                            "role",
                            models.CharField(
                                choices=[
                                    ("SSW", "school social worker"),
                                    ("COUNSELOR", "counselor"),
                                    ("NURSE", "nurse"),
                                    ("TEACHER", "teacher"),
                                    ("PRINCIPAL", "principal"),
                                    ("DATA_MANAGER", "data manager"),
                                    ("SUPERVISOR", "supervisor"),
                                    ("STREET_LEAD", "street team lead"),
                                    ("STREET_MEMBER", "street team member"),
                                    ("COURT_COORD", "court coordinator"),
                                    ("TITLE_IX_COORDINATOR", "Title IX coordinator"),
                                    ("DISTRICT_ADMIN", "district administrator"),
                                    ("AUDITOR", "auditor"),
                                    ("COUNSEL", "counsel"),
                                    ("DEPUTY", "deputy superintendent"),
                                ],
                                max_length=32,
                                verbose_name="role",
                            ),
                        ),
                        ("starts", models.DateField(blank=True, null=True, verbose_name="from")),
                        ("ends", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="posts",
                                to="district.area",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="posts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="School",
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
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "school_id",
                            models.CharField(max_length=64, verbose_name="school number"),
                        ),
                        (
                            "state_school_number",
                            models.CharField(
                                blank=True, max_length=64, verbose_name="state school number"
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "level",
                            models.CharField(blank=True, max_length=32, verbose_name="level"),
                        ),
                        ("address", models.TextField(blank=True, verbose_name="address")),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=40, verbose_name="telephone"),
                        ),
                        (
                            "open_from",
                            models.DateField(blank=True, null=True, verbose_name="open from"),
                        ),
                        (
                            "open_to",
                            models.DateField(blank=True, null=True, verbose_name="open until"),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="schools",
                                to="district.area",
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="schools",
                                to="district.calendar",
                            ),
                        ),
                    ],
                    options={
                        "permissions": [
                            ("view_cases", "may read the school's cases"),
                            ("work_cases", "may work the school's cases"),
                            ("sign_cases", "may sign letters and make findings"),
                            ("mail_cases", "may mail letters and record delivery"),
                            ("supervise_cases", "may assign, hold and watch the school's cases"),
                            ("locate_cases", "may work the school's requests to find a student"),
                            (
                                "lead_locates",
                                "may accept and dispatch the school's requests to find a student",
                            ),
                            (
                                "court_cases",
                                "may work the school's enrolments in the court programme",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PostEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("SSW", "school social worker"),
                                    ("COUNSELOR", "counselor"),
                                    ("NURSE", "nurse"),
                                    ("TEACHER", "teacher"),
                                    ("PRINCIPAL", "principal"),
                                    ("DATA_MANAGER", "data manager"),
                                    ("SUPERVISOR", "supervisor"),
                                    ("STREET_LEAD", "street team lead"),
                                    ("STREET_MEMBER", "street team member"),
                                    ("COURT_COORD", "court coordinator"),
                                    ("TITLE_IX_COORDINATOR", "Title IX coordinator"),
                                    ("DISTRICT_ADMIN", "district administrator"),
                                    ("AUDITOR", "auditor"),
                                    ("COUNSEL", "counsel"),
                                    ("DEPUTY", "deputy superintendent"),
                                ],
                                max_length=32,
                                verbose_name="role",
                            ),
                        ),
                        ("starts", models.DateField(blank=True, null=True, verbose_name="from")),
                        ("ends", models.DateField(blank=True, null=True, verbose_name="until")),
                        (
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="district.area",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="district.post",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="district.school",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.AddField(
                    model_name="post",
                    name="school",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="posts",
                        to="district.school",
                    ),
                ),
                migrations.CreateModel(
                    name="Enrollment",
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
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "enrollment_id",
                            models.CharField(max_length=96, verbose_name="enrolment number"),
                        ),
                        ("entry_date", models.DateField(verbose_name="first day")),
                        ("entry_code", models.CharField(blank=True, max_length=32)),
                        (
                            "exit_date",
                            models.DateField(blank=True, null=True, verbose_name="last day"),
                        ),
                        ("exit_code", models.CharField(blank=True, max_length=32)),
                        (
                            "prior_unexcused",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="unexcused days of this year in another district, for information (A-18)",
                                null=True,
                            ),
                        ),
                        (
                            "service_type",
                            models.CharField(
                                default="P",
                                help_text="P primary, S partial, N special education only",
                                max_length=8,
                            ),
                        ),
                        (
                            "derived",
                            models.BooleanField(
                                default=False,
                                help_text="not delivered: concluded from attendance events (the source had no enrolment file)",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="enrollments",
                                to="district.school",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="SchoolGroupPermission",
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
                            "content_object",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to="district.school"
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to="auth.group"
                            ),
                        ),
                        (
                            "permission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to="auth.permission"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="SchoolUserPermission",
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
                            "content_object",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to="district.school"
                            ),
                        ),
                        (
                            "permission",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to="auth.permission"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Student",
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
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "student_id",
                            models.CharField(max_length=64, verbose_name="student number"),
                        ),
                        (
                            "state_student_id",
                            models.CharField(
                                blank=True, max_length=64, verbose_name="state student number"
                            ),
                        ),
                        ("first_name", models.CharField(max_length=100, verbose_name="first name")),
                        (
                            "middle_name",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="middle name"
                            ),
                        ),
                        ("last_name", models.CharField(max_length=100, verbose_name="last name")),
                        (
                            "dob",
                            models.DateField(blank=True, null=True, verbose_name="date of birth"),
                        ),
                        ("grade", models.CharField(blank=True, max_length=8, verbose_name="grade")),
                        (
                            "home_language",
                            models.CharField(
                                default="en", max_length=16, verbose_name="home language"
                            ),
                        ),
                        (
                            "flags",
                            models.JSONField(
                                default=list,
                                help_text="of ec, section504, ell, mckinney_vento, foster, military",
                                verbose_name="flags",
                            ),
                        ),
                        ("race_ethnicity", models.CharField(blank=True, max_length=64)),
                        ("sex", models.CharField(blank=True, max_length=16)),
                        (
                            "eds",
                            models.BooleanField(
                                blank=True, null=True, verbose_name="economically disadvantaged"
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="district.student",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="GuardianEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        (
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "guardian_id",
                            models.CharField(max_length=64, verbose_name="contact number"),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "relation",
                            models.CharField(blank=True, max_length=64, verbose_name="relation"),
                        ),
                        (
                            "legal_rights",
                            models.BooleanField(default=True, verbose_name="has legal rights"),
                        ),
                        (
                            "address",
                            models.TextField(
                                blank=True,
                                help_text="one line of the address a line",
                                verbose_name="address",
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=40, verbose_name="telephone"),
                        ),
                        (
                            "email",
                            models.CharField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "language",
                            models.CharField(default="en", max_length=16, verbose_name="language"),
                        ),
                        (
                            "contact_order",
                            models.PositiveSmallIntegerField(
                                default=1, verbose_name="order of contact"
                            ),
                        ),
                        (
                            "do_not_contact",
                            models.BooleanField(default=False, verbose_name="do not contact"),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="district.guardian",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="district.student",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.AddField(
                    model_name="guardian",
                    name="student",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guardians",
                        to="district.student",
                    ),
                ),
                migrations.CreateModel(
                    name="EnrollmentEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        (
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "enrollment_id",
                            models.CharField(max_length=96, verbose_name="enrolment number"),
                        ),
                        ("entry_date", models.DateField(verbose_name="first day")),
                        ("entry_code", models.CharField(blank=True, max_length=32)),
                        (
                            "exit_date",
                            models.DateField(blank=True, null=True, verbose_name="last day"),
                        ),
                        ("exit_code", models.CharField(blank=True, max_length=32)),
                        (
                            "prior_unexcused",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="unexcused days of this year in another district, for information (A-18)",
                                null=True,
                            ),
                        ),
                        (
                            "service_type",
                            models.CharField(
                                default="P",
                                help_text="P primary, S partial, N special education only",
                                max_length=8,
                            ),
                        ),
                        (
                            "derived",
                            models.BooleanField(
                                default=False,
                                help_text="not delivered: concluded from attendance events (the source had no enrolment file)",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="district.enrollment",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="district.school",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="district.student",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.AddField(
                    model_name="enrollment",
                    name="student",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrollments",
                        to="district.student",
                    ),
                ),
                migrations.CreateModel(
                    name="StudentEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        (
                            "source",
                            models.CharField(
                                default="sis", max_length=32, verbose_name="delivered by"
                            ),
                        ),
                        (
                            "student_id",
                            models.CharField(max_length=64, verbose_name="student number"),
                        ),
                        (
                            "state_student_id",
                            models.CharField(
                                blank=True, max_length=64, verbose_name="state student number"
                            ),
                        ),
                        ("first_name", models.CharField(max_length=100, verbose_name="first name")),
                        (
                            "middle_name",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="middle name"
                            ),
                        ),
                        ("last_name", models.CharField(max_length=100, verbose_name="last name")),
                        (
                            "dob",
                            models.DateField(blank=True, null=True, verbose_name="date of birth"),
                        ),
                        ("grade", models.CharField(blank=True, max_length=8, verbose_name="grade")),
                        (
                            "home_language",
                            models.CharField(
                                default="en", max_length=16, verbose_name="home language"
                            ),
                        ),
                        (
                            "flags",
                            models.JSONField(
                                default=list,
                                help_text="of ec, section504, ell, mckinney_vento, foster, military",
                                verbose_name="flags",
                            ),
                        ),
                        ("race_ethnicity", models.CharField(blank=True, max_length=64)),
                        ("sex", models.CharField(blank=True, max_length=16)),
                        (
                            "eds",
                            models.BooleanField(
                                blank=True, null=True, verbose_name="economically disadvantaged"
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="district.student",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="events",
                                to="district.student",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="StudentNotice",
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
                        ("since", models.DateField()),
                        ("until", models.DateField(null=True)),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notices",
                                to="district.student",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="TouchedStudent",
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
                        ("student_id", models.BigIntegerField()),
                        (
                            "run",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="touched",
                                to="district.import",
                            ),
                        ),
                    ],
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="apitoken",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "district_apitokenevent" ("created_at", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "scopes", "user_id") VALUES (NEW."created_at", NEW."expires_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."scopes", NEW."user_id"); RETURN NULL;',
                            hash="e46ab73798f809d81b6e89efde2d17ba0f7ef7c7",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_a6403",
                            table="district_apitoken",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="apitoken",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes"))',
                            func='INSERT INTO "district_apitokenevent" ("created_at", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "scopes", "user_id") VALUES (NEW."created_at", NEW."expires_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."scopes", NEW."user_id"); RETURN NULL;',
                            hash="77144c596ec0c5ffa8819f2d1509503a38e0478f",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_95e79",
                            table="district_apitoken",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="apirequest",
                    constraint=models.UniqueConstraint(
                        fields=("token", "key"), name="api_request_key"
                    ),
                ),
                migrations.AddIndex(
                    model_name="calendarday",
                    index=models.Index(
                        condition=models.Q(("instructional", True)),
                        fields=["calendar", "ordinal"],
                        name="calendar_day_ordinal",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="calendarday",
                    constraint=models.UniqueConstraint(
                        fields=("calendar", "date"), name="calendar_day_key"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="school",
                    constraint=models.UniqueConstraint(
                        fields=("source", "school_id"), name="school_key"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="post",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("school__isnull", True), ("area__isnull", True), _connector="OR"
                        ),
                        name="post_one_place",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="post",
                    constraint=models.UniqueConstraint(
                        fields=("user", "role", "school", "area"),
                        name="post_key",
                        nulls_distinct=False,
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="post",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "district_postevent" ("area_id", "ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "school_id", "source", "starts", "user_id") VALUES (NEW."area_id", NEW."ends", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."school_id", NEW."source", NEW."starts", NEW."user_id"); RETURN NULL;',
                            hash="a11bbc48a0a4069074bfb4ec65bc28f23ab1f566",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_d69df",
                            table="district_post",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="post",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "district_postevent" ("area_id", "ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "school_id", "source", "starts", "user_id") VALUES (NEW."area_id", NEW."ends", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."school_id", NEW."source", NEW."starts", NEW."user_id"); RETURN NULL;',
                            hash="7d2bb02042c7b8588701967458fb7a451bb03538",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_894b3",
                            table="district_post",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="post",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "district_postevent" ("area_id", "ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "school_id", "source", "starts", "user_id") VALUES (OLD."area_id", OLD."ends", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."school_id", OLD."source", OLD."starts", OLD."user_id"); RETURN NULL;',
                            hash="c255a8f5917288a7c6c4235bc583d2492f97ce92",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_c62bb",
                            table="district_post",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AlterUniqueTogether(
                    name="schoolgrouppermission",
                    unique_together={("group", "permission", "content_object")},
                ),
                migrations.AlterUniqueTogether(
                    name="schooluserpermission",
                    unique_together={("user", "permission", "content_object")},
                ),
                migrations.AddIndex(
                    model_name="student",
                    index=models.Index(fields=["last_name", "first_name"], name="student_name"),
                ),
                migrations.AddConstraint(
                    model_name="student",
                    constraint=models.UniqueConstraint(
                        fields=("source", "student_id"), name="student_key"
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="student",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "district_studentevent" ("dob", "eds", "first_name", "flags", "grade", "home_language", "id", "last_name", "merged_into_id", "middle_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "race_ethnicity", "sex", "source", "state_student_id", "student_id") VALUES (NEW."dob", NEW."eds", NEW."first_name", NEW."flags", NEW."grade", NEW."home_language", NEW."id", NEW."last_name", NEW."merged_into_id", NEW."middle_name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."race_ethnicity", NEW."sex", NEW."source", NEW."state_student_id", NEW."student_id"); RETURN NULL;',
                            hash="aa152ab431dc27186b8acb34e0198ce39b404dac",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_1ce5b",
                            table="district_student",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="student",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "district_studentevent" ("dob", "eds", "first_name", "flags", "grade", "home_language", "id", "last_name", "merged_into_id", "middle_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "race_ethnicity", "sex", "source", "state_student_id", "student_id") VALUES (OLD."dob", OLD."eds", OLD."first_name", OLD."flags", OLD."grade", OLD."home_language", OLD."id", OLD."last_name", OLD."merged_into_id", OLD."middle_name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."race_ethnicity", OLD."sex", OLD."source", OLD."state_student_id", OLD."student_id"); RETURN NULL;',
                            hash="f519805e6d03785f3f976fd05ae95e72f164cc8d",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_d9897",
                            table="district_student",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="guardian",
                    constraint=models.UniqueConstraint(
                        fields=("source", "student", "guardian_id"), name="guardian_key"
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="guardian",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "district_guardianevent" ("address", "contact_order", "do_not_contact", "email", "guardian_id", "id", "language", "legal_rights", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "relation", "source", "student_id") VALUES (NEW."address", NEW."contact_order", NEW."do_not_contact", NEW."email", NEW."guardian_id", NEW."id", NEW."language", NEW."legal_rights", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."relation", NEW."source", NEW."student_id"); RETURN NULL;',
                            hash="fabbf64a5dfd12f64770dee8b100dc684211eea1",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_72aed",
                            table="district_guardian",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="guardian",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "district_guardianevent" ("address", "contact_order", "do_not_contact", "email", "guardian_id", "id", "language", "legal_rights", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "relation", "source", "student_id") VALUES (OLD."address", OLD."contact_order", OLD."do_not_contact", OLD."email", OLD."guardian_id", OLD."id", OLD."language", OLD."legal_rights", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."relation", OLD."source", OLD."student_id"); RETURN NULL;',
                            hash="354b88357508f1eaebb67428b0150640d227b747",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_ba065",
                            table="district_guardian",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="enrollment",
                    index=models.Index(fields=["student", "entry_date"], name="enrollment_student"),
                ),
                migrations.AddConstraint(
                    model_name="enrollment",
                    constraint=models.UniqueConstraint(
                        fields=("source", "enrollment_id"), name="enrollment_key"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrollment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("exit_date__isnull", True),
                            ("exit_date__gte", models.F("entry_date")),
                            _connector="OR",
                        ),
                        name="enrollment_order",
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="enrollment",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "district_enrollmentevent" ("derived", "enrollment_id", "entry_code", "entry_date", "exit_code", "exit_date", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_unexcused", "school_id", "service_type", "source", "student_id") VALUES (NEW."derived", NEW."enrollment_id", NEW."entry_code", NEW."entry_date", NEW."exit_code", NEW."exit_date", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prior_unexcused", NEW."school_id", NEW."service_type", NEW."source", NEW."student_id"); RETURN NULL;',
                            hash="f5e141c4a832d20ca29e841548d7e5cc8d440ef0",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_72173",
                            table="district_enrollment",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="enrollment",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "district_enrollmentevent" ("derived", "enrollment_id", "entry_code", "entry_date", "exit_code", "exit_date", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prior_unexcused", "school_id", "service_type", "source", "student_id") VALUES (OLD."derived", OLD."enrollment_id", OLD."entry_code", OLD."entry_date", OLD."exit_code", OLD."exit_date", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prior_unexcused", OLD."school_id", OLD."service_type", OLD."source", OLD."student_id"); RETURN NULL;',
                            hash="432c47690a3ea350a39dc164d40cf7744bfc0502",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_e8211",
                            table="district_enrollment",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="studentnotice",
                    index=models.Index(
                        condition=models.Q(("until", None)),
                        fields=["student"],
                        name="student_notice_open",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="touchedstudent",
                    constraint=models.UniqueConstraint(
                        fields=("run", "student_id"), name="touched_student_key"
                    ),
                ),
            ]
        )
    ]
