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
        ("casework", "0001_initial"),
        ("district", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        InitialSchema(
            [
                migrations.CreateModel(
                    name="Endpoint",
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
                        ("url", models.URLField(max_length=300, verbose_name="address")),
                        ("secret", casework.encryption.fields.SealedTextField()),
                        (
                            "secret_before",
                            casework.encryption.fields.SealedTextField(
                                blank=True,
                                help_text="the one before, still used to sign for a week",
                            ),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(
                                help_text="when the secret was changed", null=True
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                help_text="the one kind of case that it hears of",
                                max_length=16,
                                verbose_name="kind of case",
                            ),
                        ),
                        ("active", models.BooleanField(default=True, verbose_name="in use")),
                    ],
                ),
                migrations.CreateModel(
                    name="EndpointEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("url", models.URLField(max_length=300, verbose_name="address")),
                        (
                            "changed_at",
                            models.DateTimeField(
                                help_text="when the secret was changed", null=True
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                help_text="the one kind of case that it hears of",
                                max_length=16,
                                verbose_name="kind of case",
                            ),
                        ),
                        ("active", models.BooleanField(default=True, verbose_name="in use")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="FamilyMessage",
                    fields=[
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PENDING", "to be sent"),
                                    ("COLLECTED", "waits for the digest"),
                                    ("SENT", "sent"),
                                    ("SKIPPED", "not sent"),
                                    ("DEAD", "could not be delivered"),
                                ],
                                default="PENDING",
                                max_length=12,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("next_attempt_at", models.DateTimeField()),
                        ("claimed_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "error",
                            models.CharField(
                                blank=True,
                                help_text="what the last try met: a code, never a content",
                                max_length=200,
                            ),
                        ),
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
                            "channel",
                            models.CharField(
                                choices=[("email", "e-mail"), ("sms", "text message")], max_length=8
                            ),
                        ),
                        ("address", models.CharField(max_length=254)),
                        ("subject", models.CharField(blank=True, max_length=200)),
                        ("text", models.TextField()),
                        (
                            "template",
                            models.CharField(help_text="the template's version", max_length=60),
                        ),
                        ("language", models.CharField(max_length=16)),
                        (
                            "bounced",
                            models.BooleanField(
                                default=False, help_text="the address itself was refused for good"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="FeedToken",
                    fields=[
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="feed_token",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("created_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PENDING", "to be sent"),
                                    ("COLLECTED", "waits for the digest"),
                                    ("SENT", "sent"),
                                    ("SKIPPED", "not sent"),
                                    ("DEAD", "could not be delivered"),
                                ],
                                default="PENDING",
                                max_length=12,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("next_attempt_at", models.DateTimeField()),
                        ("claimed_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "error",
                            models.CharField(
                                blank=True,
                                help_text="what the last try met: a code, never a content",
                                max_length=200,
                            ),
                        ),
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
                            "channel",
                            models.CharField(
                                choices=[
                                    ("inbox", "inbox"),
                                    ("email", "e-mail"),
                                    ("digest", "digest"),
                                    ("sms", "text message"),
                                    ("webhook", "webhook"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("read_at", models.DateTimeField(null=True)),
                        ("snoozed_until", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="OptOut",
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
                        ("address", models.CharField(max_length=254, unique=True)),
                        ("since", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Preference",
                    fields=[
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="alert_preference",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "email",
                            models.CharField(
                                choices=[
                                    ("at_once", "An e-mail for each alert, at once"),
                                    ("daily", "One e-mail a day"),
                                    ("weekly", "One e-mail a week, on Monday"),
                                    ("never", "No e-mail but those that the district requires"),
                                ],
                                default="daily",
                                max_length=8,
                                verbose_name="e-mail",
                            ),
                        ),
                        (
                            "sms",
                            models.BooleanField(
                                default=False,
                                verbose_name="text message for what is due or overdue",
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(
                                blank=True,
                                help_text="With country code, for example +1 704 555 0123",
                                max_length=20,
                                verbose_name="mobile number",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Digest",
                    fields=[
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PENDING", "to be sent"),
                                    ("COLLECTED", "waits for the digest"),
                                    ("SENT", "sent"),
                                    ("SKIPPED", "not sent"),
                                    ("DEAD", "could not be delivered"),
                                ],
                                default="PENDING",
                                max_length=12,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("next_attempt_at", models.DateTimeField()),
                        ("claimed_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "error",
                            models.CharField(
                                blank=True,
                                help_text="what the last try met: a code, never a content",
                                max_length=200,
                            ),
                        ),
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("for_date", models.DateField()),
                        (
                            "recipient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="digests",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Attempt",
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
                            "outcome",
                            models.CharField(
                                help_text="sent, retry, dead, skipped or delivered", max_length=12
                            ),
                        ),
                        ("detail", models.CharField(blank=True, max_length=200)),
                        (
                            "digest",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="log",
                                to="notifications.digest",
                            ),
                        ),
                    ],
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="endpoint",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "notifications_endpointevent" ("active", "changed_at", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."active", NEW."changed_at", NEW."id", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."url"); RETURN NULL;',
                            hash="780ff3f879f6aa31b20957818ade2153b629c2a3",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_5ecc4",
                            table="notifications_endpoint",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="endpoint",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."changed_at" IS DISTINCT FROM (NEW."changed_at"))',
                            func='INSERT INTO "notifications_endpointevent" ("active", "changed_at", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."active", NEW."changed_at", NEW."id", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."url"); RETURN NULL;',
                            hash="168f66893f0890fd516dcdf40fabea5de65c0fb7",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_0b85f",
                            table="notifications_endpoint",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddField(
                    model_name="endpointevent",
                    name="pgh_context",
                    field=models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                migrations.AddField(
                    model_name="endpointevent",
                    name="pgh_obj",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="notifications.endpoint",
                    ),
                ),
                migrations.AddField(
                    model_name="familymessage",
                    name="case",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="family_messages",
                        to="casework.case",
                    ),
                ),
                migrations.AddField(
                    model_name="familymessage",
                    name="student",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="district.student",
                    ),
                ),
                migrations.AddField(
                    model_name="attempt",
                    name="family",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="log",
                        to="notifications.familymessage",
                    ),
                ),
                migrations.AddField(
                    model_name="message",
                    name="alert",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="casework.alert",
                    ),
                ),
                migrations.AddField(
                    model_name="message",
                    name="digest",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="messages",
                        to="notifications.digest",
                    ),
                ),
                migrations.AddField(
                    model_name="message",
                    name="endpoint",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="notifications.endpoint",
                    ),
                ),
                migrations.AddField(
                    model_name="message",
                    name="recipient",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="attempt",
                    name="message",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="log",
                        to="notifications.message",
                    ),
                ),
                migrations.AddIndex(
                    model_name="digest",
                    index=models.Index(
                        condition=models.Q(("state", "PENDING")),
                        fields=["next_attempt_at"],
                        name="digest_pending",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="digest",
                    constraint=models.UniqueConstraint(
                        fields=("recipient", "for_date"), name="digest_key"
                    ),
                ),
                migrations.AddIndex(
                    model_name="familymessage",
                    index=models.Index(
                        condition=models.Q(("state", "PENDING")),
                        fields=["next_attempt_at", "id"],
                        name="family_pending",
                    ),
                ),
                migrations.AddIndex(
                    model_name="familymessage",
                    index=models.Index(fields=["address", "-created_at"], name="family_address"),
                ),
                migrations.AddIndex(
                    model_name="familymessage",
                    index=models.Index(fields=["case"], name="family_case"),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(
                        condition=models.Q(("state", "PENDING")),
                        fields=["next_attempt_at", "id"],
                        name="message_pending",
                    ),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(
                        condition=models.Q(("channel", "inbox")),
                        fields=["recipient", "-created_at"],
                        name="message_inbox",
                    ),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(
                        condition=models.Q(("channel", "inbox"), ("read_at", None)),
                        fields=["recipient"],
                        name="message_unread",
                    ),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(
                        condition=models.Q(("state", "COLLECTED")),
                        fields=["recipient"],
                        name="message_collected",
                    ),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(
                        condition=models.Q(("state", "DEAD")),
                        fields=["created_at"],
                        name="message_dead",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="message",
                    constraint=models.UniqueConstraint(
                        fields=("alert", "recipient", "endpoint", "channel"),
                        name="message_key",
                        nulls_distinct=False,
                    ),
                ),
            ]
        )
    ]
