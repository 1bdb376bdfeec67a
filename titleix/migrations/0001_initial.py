import uuid

import django.contrib.postgres.indexes
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
        ("casework", "0001_initial"),
        ("district", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        InitialSchema(
            [
                migrations.CreateModel(
                    name="Party",
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
                            "part",
                            models.CharField(
                                choices=[
                                    ("complainant", "complainant"),
                                    ("respondent", "respondent"),
                                    ("witness", "witness"),
                                    ("reporter", "reporter"),
                                    ("parent", "parent or guardian"),
                                    ("advisor", "advisor"),
                                ],
                                max_length=12,
                                verbose_name="part",
                            ),
                        ),
                        (
                            "number",
                            models.PositiveSmallIntegerField(
                                help_text="Complainant 1, Witness 3: stable for redaction"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("student", "student"),
                                    ("employee", "employee"),
                                    ("third", "somebody else"),
                                    ("unknown", "not known"),
                                ],
                                default="unknown",
                                max_length=8,
                                verbose_name="who this is",
                            ),
                        ),
                        (
                            "name",
                            casework.encryption.fields.SealedTextField(
                                blank=True, verbose_name="name"
                            ),
                        ),
                        (
                            "nicknames",
                            casework.encryption.fields.SealedTextField(
                                blank=True,
                                help_text="one a line; found by the redacted export",
                                verbose_name="other names",
                            ),
                        ),
                        (
                            "address",
                            casework.encryption.fields.SealedTextField(
                                blank=True, verbose_name="address"
                            ),
                        ),
                        (
                            "email",
                            casework.encryption.fields.SealedTextField(
                                blank=True, verbose_name="e-mail"
                            ),
                        ),
                        (
                            "phone",
                            casework.encryption.fields.SealedTextField(
                                blank=True, verbose_name="telephone"
                            ),
                        ),
                        (
                            "prints",
                            casework.encryption.fields.PrintsField(
                                help_text="keyed fingerprints: the same person in another report",
                                size=None,
                                sources=("name", "email", "phone"),
                            ),
                        ),
                        (
                            "language",
                            models.CharField(default="en", max_length=8, verbose_name="language"),
                        ),
                        ("minor", models.BooleanField(default=False, verbose_name="under 18")),
                        (
                            "plan",
                            models.BooleanField(
                                default=False, verbose_name="IEP or Section 504 plan"
                            ),
                        ),
                        ("added_on", models.DateField()),
                        ("left_on", models.DateField(null=True)),
                        (
                            "acts_for",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="acting",
                                to="titleix.party",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="district.student",
                            ),
                        ),
                        (
                            "user",
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
                    name="TitleIXCase",
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
                        ("received_at", models.DateTimeField(verbose_name="received")),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("form", "public form"),
                                    ("staff", "entered by staff"),
                                    ("phone", "telephone"),
                                    ("person", "in person"),
                                    ("system", "another system"),
                                ],
                                max_length=8,
                                verbose_name="channel",
                            ),
                        ),
                        ("anonymous", models.BooleanField(default=False, verbose_name="anonymous")),
                        (
                            "knowledge_at",
                            models.DateTimeField(verbose_name="first known to an employee"),
                        ),
                        (
                            "late_entry",
                            models.BooleanField(
                                default=False,
                                help_text="entered later than one work day after an employee knew",
                            ),
                        ),
                        (
                            "incident_on",
                            models.DateField(null=True, verbose_name="date of the incident"),
                        ),
                        (
                            "location",
                            models.CharField(
                                blank=True, max_length=16, verbose_name="kind of place"
                            ),
                        ),
                        (
                            "narrative",
                            casework.encryption.fields.SealedTextField(
                                blank=True,
                                verbose_name="what was reported, in the reporter's words",
                            ),
                        ),
                        (
                            "level",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("SCHOOL", "School (30 days)"),
                                    ("DISTRICT", "District (60 days)"),
                                ],
                                max_length=8,
                                verbose_name="level",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True, max_length=32, verbose_name="outcome of the screening"
                            ),
                        ),
                        (
                            "second_reader_open",
                            models.BooleanField(
                                default=False,
                                help_text="a second reader has not looked at the screening yet",
                            ),
                        ),
                        ("employee_respondent", models.BooleanField(default=False)),
                        (
                            "complaint_on",
                            models.DateField(
                                null=True, verbose_name="formal complaint filed or signed"
                            ),
                        ),
                        (
                            "complaint_by",
                            models.CharField(
                                blank=True,
                                help_text="complainant, complainant_parent or coordinator",
                                max_length=24,
                            ),
                        ),
                        (
                            "standard",
                            models.CharField(
                                default="preponderance",
                                max_length=24,
                                verbose_name="standard of evidence",
                            ),
                        ),
                        (
                            "came_from",
                            models.CharField(
                                blank=True,
                                help_text="state to which an informal resolution or a dismissal that falls returns",
                                max_length=32,
                            ),
                        ),
                        (
                            "dismiss_first",
                            models.BooleanField(
                                default=False,
                                help_text="a formal complaint must be dismissed before the school goes on (B2.2, rule 9)",
                            ),
                        ),
                        (
                            "dismissed_on",
                            models.DateField(null=True, verbose_name="complaint dismissed"),
                        ),
                        (
                            "conduct_track",
                            models.BooleanField(
                                default=False,
                                help_text="the conduct goes on under the code of conduct after the dismissal",
                            ),
                        ),
                        (
                            "withdrawn_on",
                            models.DateField(
                                null=True, verbose_name="complaint withdrawn in writing"
                            ),
                        ),
                        (
                            "appeal_of",
                            models.CharField(
                                blank=True, help_text="determination or dismissal", max_length=16
                            ),
                        ),
                        (
                            "responsible",
                            models.BooleanField(
                                help_text="whether any allegation was found", null=True
                            ),
                        ),
                        (
                            "link",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("RETALIATION", "retaliation for the linked case"),
                                    ("MERGED", "part of the linked case"),
                                    ("CONSOLIDATED", "investigated with the linked case"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("last_action_on", models.DateField(null=True)),
                        ("retain_until", models.DateField(null=True)),
                        (
                            "receipt",
                            models.CharField(
                                blank=True,
                                help_text="hash of the code with which a reporter comes back",
                                max_length=64,
                            ),
                        ),
                        (
                            "knowledge_employee",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "linked",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="links",
                                to="titleix.titleixcase",
                            ),
                        ),
                        (
                            "received_by",
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
                    name="RedactedExport",
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
                        ("made_at", models.DateTimeField()),
                        (
                            "purpose",
                            casework.encryption.fields.SealedTextField(
                                verbose_name="for whom and why"
                            ),
                        ),
                        (
                            "hidden",
                            casework.encryption.fields.SealedTextField(
                                blank=True,
                                help_text="words that the reviewer hides, one a line: label, tabulator, word",
                            ),
                        ),
                        (
                            "kept",
                            casework.encryption.fields.SealedTextField(
                                blank=True,
                                help_text="suspects that the reviewer lets stand, one a line",
                            ),
                        ),
                        (
                            "cleared",
                            models.JSONField(
                                default=list,
                                help_text="attachments that are no text and that somebody let into the copy",
                            ),
                        ),
                        (
                            "key",
                            casework.encryption.fields.SealedJSONField(
                                default=dict,
                                help_text="from labels to originals, as at the signature; for counsel alone",
                            ),
                        ),
                        (
                            "seal",
                            models.CharField(
                                blank=True,
                                help_text="hash of what was reviewed: a file that changed is reviewed anew",
                                max_length=64,
                            ),
                        ),
                        ("signed_at", models.DateTimeField(null=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "signed_by",
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
                                related_name="redactions",
                                to="titleix.titleixcase",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Record",
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
                                    ("SCREENING", "screening"),
                                    ("MEASURE", "supportive measure"),
                                    ("DUTY", "duty that runs beside the case"),
                                    ("CONTACT", "contact with a party"),
                                    ("COMPLAINT", "formal complaint"),
                                    ("ALLEGATION", "allegation"),
                                    ("INTERVIEW", "interview"),
                                    ("EVIDENCE", "evidence"),
                                    ("STATEMENT", "written statement or response"),
                                    ("QUESTION", "written question"),
                                    ("FINDING", "finding"),
                                    ("REPORT", "investigative report"),
                                    ("DETERMINATION", "determination"),
                                    ("APPEAL", "appeal"),
                                    ("REMEDY", "remedy or sanction"),
                                    ("REMOVAL", "emergency removal"),
                                    ("LEAVE", "administrative leave"),
                                    ("NO_CONTACT", "no-contact order"),
                                    ("ACCOMMODATION", "accommodation"),
                                    ("CONSENT", "consent to informal resolution"),
                                    ("AGREEMENT", "agreement"),
                                    ("NOTE", "note or reason"),
                                    ("MESSAGE", "message with the reporter"),
                                    ("MEETING", "notice of an interview or meeting"),
                                    ("ADVISOR", "choice of an advisor"),
                                    ("ESCALATION", "escalation"),
                                    ("REOPENING", "reopening"),
                                    ("REFERRAL", "referral"),
                                    ("HR", "record for human resources"),
                                    ("CHECK", "check of remedies and measures"),
                                    ("LINK", "report that was made part of this case"),
                                    ("WITHDRAWAL", "withdrawal"),
                                    ("CONFLICT", "tie of somebody to the case"),
                                ],
                                max_length=16,
                                verbose_name="kind",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(default=1)),
                        ("on", models.DateField(verbose_name="date")),
                        ("code", models.CharField(blank=True, max_length=32)),
                        (
                            "text",
                            casework.encryption.fields.SealedTextField(
                                blank=True, verbose_name="text"
                            ),
                        ),
                        ("data", casework.encryption.fields.SealedJSONField(default=dict)),
                        ("closed_on", models.DateField(null=True)),
                        (
                            "attachment",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="casework.attachment",
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
                            "party",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="records",
                                to="titleix.party",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="records",
                                to="titleix.titleixcase",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="PartyLink",
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
                            "token",
                            models.CharField(
                                help_text="hash of the token in the address",
                                max_length=64,
                                unique=True,
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                blank=True,
                                help_text="keyed hash of the code that was sent apart",
                                max_length=64,
                            ),
                        ),
                        (
                            "tries",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="wrong codes in a row"
                            ),
                        ),
                        ("made_at", models.DateTimeField()),
                        ("expires_on", models.DateField(verbose_name="valid until")),
                        ("revoked_at", models.DateTimeField(null=True)),
                        (
                            "undertaking_at",
                            models.DateTimeField(
                                help_text="when an advisor signed to keep what is shown to themselves",
                                null=True,
                            ),
                        ),
                        (
                            "undertaking_name",
                            casework.encryption.fields.SealedTextField(
                                blank=True, help_text="the name with which it was signed"
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="links",
                                to="titleix.party",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="party_links",
                                to="titleix.titleixcase",
                            ),
                        ),
                    ],
                ),
                migrations.AddField(
                    model_name="party",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parties",
                        to="titleix.titleixcase",
                    ),
                ),
                migrations.CreateModel(
                    name="Inspection",
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
                            "how",
                            models.CharField(
                                choices=[
                                    ("link", "through the private link"),
                                    ("office", "in the office"),
                                    ("staff", "by a member of staff"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "attachment",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="casework.attachment",
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
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="inspections",
                                to="titleix.party",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="inspections",
                                to="titleix.titleixcase",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="FamilyFlag",
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
                            "notice",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="district.studentnotice",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="family_flags",
                                to="titleix.titleixcase",
                            ),
                        ),
                    ],
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
                        ("to", casework.encryption.fields.SealedTextField(verbose_name="to whom")),
                        ("what", casework.encryption.fields.SealedTextField(verbose_name="what")),
                        (
                            "basis",
                            casework.encryption.fields.SealedTextField(verbose_name="legal basis"),
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
                                related_name="disclosures",
                                to="titleix.titleixcase",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Delivery",
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
                        ("language", models.CharField(default="en", max_length=8)),
                        (
                            "code",
                            models.CharField(
                                help_text="NOTICE, EVIDENCE, REPORT ...", max_length=24
                            ),
                        ),
                        (
                            "round",
                            models.PositiveSmallIntegerField(
                                default=1,
                                help_text="sent again in a new round (new evidence, reopening)",
                            ),
                        ),
                        ("sent_on", models.DateField()),
                        ("means", models.CharField(max_length=16)),
                        ("proof", casework.encryption.fields.SealedTextField(blank=True)),
                        ("delivered_on", models.DateField(null=True)),
                        (
                            "returned_on",
                            models.DateField(
                                help_text="came back: it did not reach the person", null=True
                            ),
                        ),
                        (
                            "closed_on",
                            models.DateField(help_text="answered or waived in writing", null=True),
                        ),
                        ("waived", models.BooleanField(default=False)),
                        (
                            "document",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="casework.document",
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                help_text="whose right to it is",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="titleix.party",
                            ),
                        ),
                        (
                            "recipient",
                            models.ForeignKey(
                                help_text="whose name is on it: the person, or a parent",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="titleix.party",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="titleix.titleixcase",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Assignment",
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
                            "role",
                            models.CharField(
                                choices=[
                                    ("coordinator", "coordinator"),
                                    ("investigator", "investigator"),
                                    ("decision_maker", "decision_maker"),
                                    ("appeal_officer", "appeal_officer"),
                                    ("facilitator", "facilitator"),
                                    ("school_investigator", "school_investigator"),
                                    ("advisor", "advisor"),
                                    ("school_administrator", "school_administrator"),
                                    ("approver", "approver"),
                                ],
                                max_length=20,
                                verbose_name="function",
                            ),
                        ),
                        ("starts_on", models.DateField()),
                        ("ends_on", models.DateField(null=True)),
                        (
                            "conflict",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("party", "party"),
                                    ("witness", "witness"),
                                    ("relative", "relative"),
                                    ("supervisor", "supervisor"),
                                    ("prior_decision_maker", "prior_decision_maker"),
                                ],
                                max_length=24,
                                verbose_name="tie to the case",
                            ),
                        ),
                        ("conflict_cleared", models.BooleanField(default=False)),
                        (
                            "declared_on",
                            models.DateField(
                                help_text="when the person declared to have no tie, or which",
                                null=True,
                            ),
                        ),
                        (
                            "review",
                            casework.encryption.fields.SealedTextField(
                                blank=True, verbose_name="review of the tie"
                            ),
                        ),
                        ("reviewed_on", models.DateField(null=True)),
                        (
                            "reviewed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="titleix_assignments",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="titleix.titleixcase",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Training",
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
                                    ("coordinator", "coordinator"),
                                    ("investigator", "investigator"),
                                    ("decision_maker", "decision_maker"),
                                    ("appeal_officer", "appeal_officer"),
                                    ("facilitator", "facilitator"),
                                    ("school_investigator", "school_investigator"),
                                    ("advisor", "advisor"),
                                    ("school_administrator", "school_administrator"),
                                    ("approver", "approver"),
                                ],
                                max_length=20,
                                verbose_name="function",
                            ),
                        ),
                        ("title", models.CharField(max_length=200, verbose_name="title")),
                        ("completed_on", models.DateField(verbose_name="completed")),
                        ("valid_until", models.DateField(verbose_name="valid until")),
                        (
                            "material",
                            models.URLField(max_length=300, verbose_name="published material"),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="titleix_trainings",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.AddIndex(
                    model_name="titleixcase",
                    index=models.Index(
                        condition=models.Q(("receipt", ""), _negated=True),
                        fields=["receipt"],
                        name="titleix_receipt",
                    ),
                ),
                migrations.AddIndex(
                    model_name="record",
                    index=models.Index(fields=["case", "kind"], name="record_case"),
                ),
                migrations.AddIndex(
                    model_name="party",
                    index=django.contrib.postgres.indexes.GinIndex(
                        fields=["prints"], name="party_prints"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="party",
                    constraint=models.UniqueConstraint(
                        fields=("case", "part", "number"), name="party_key"
                    ),
                ),
                migrations.AddIndex(
                    model_name="inspection",
                    index=models.Index(fields=["case", "at"], name="inspection_case"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="inspection",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="bc4b811ccc762412ea7663f5a1a107def4bb34b2",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_8df1e",
                            table="titleix_inspection",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.AddIndex(
                    model_name="delivery",
                    index=models.Index(fields=["case", "code"], name="delivery_case"),
                ),
                migrations.AddConstraint(
                    model_name="assignment",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)),
                        fields=("case", "user", "role"),
                        name="assignment_key",
                    ),
                ),
                migrations.AddIndex(
                    model_name="training",
                    index=models.Index(
                        fields=["user", "role", "valid_until"], name="training_valid"
                    ),
                ),
            ]
        )
    ]
