"""The partitioned mark tables and the function that makes a school year's partitions."""

from django.db import migrations

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
    """Partitions by month of the day; the key (day, student) keeps an import's writes in one or two of them."""

    dependencies = [("attendance", "0002_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
