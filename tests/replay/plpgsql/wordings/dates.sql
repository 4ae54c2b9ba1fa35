-- name: a partition is named after the date that a function is called with
CREATE TABLE traces (at date NOT NULL) PARTITION BY RANGE (at);
CREATE FUNCTION ensure_traces(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE part text := 'traces_' || to_char(month, 'YYYY_MM');
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF traces FOR VALUES FROM (%L) TO (%L)',
        part, month, month + interval '1 month');
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
END $$;
SELECT ensure_traces(DATE '2026-05-01');
SELECT ensure_traces('2026-06-01');

-- name: partitions are made until a date is reached
CREATE TABLE traces (at date NOT NULL) PARTITION BY RANGE (at);
DO $$
DECLARE month date := '2025-11-01';
BEGIN
    WHILE month < '2026-03-01'::date LOOP
        EXECUTE 'CREATE TABLE traces_y' || to_char(month, 'YYYY"m"MM')
            || ' PARTITION OF traces FOR VALUES FROM (' || quote_literal(month) || ') TO ('
            || quote_literal((month + interval '1 month')::date) || ')';
        EXECUTE 'ALTER TABLE traces_y' || to_char(month, 'YYYY"m"MM') || ' FORCE ROW LEVEL SECURITY';
        month := month + interval '1 month';
    END LOOP;
END $$;

-- name: partitions are made for a series of weeks
CREATE TABLE traces (at timestamptz NOT NULL) PARTITION BY RANGE (at);
DO $$
DECLARE week timestamptz;
BEGIN
    FOR week IN SELECT generate_series(DATE '2026-01-05', DATE '2026-01-26', interval '1 week') LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF traces FOR VALUES FROM (%L) TO (%L)',
            'traces_' || to_char(week, 'IYYY_IW'), week, week + interval '7 days');
    END LOOP;
END $$;

-- name: partitions are numbered by the parts of a date
CREATE TABLE traces (at date NOT NULL) PARTITION BY RANGE (at);
DO $$
DECLARE first date;
BEGIN
    FOR number IN 0..3 LOOP
        first := (date_trunc('quarter', DATE '2026-02-14') + make_interval(months => number * 3))::date;
        EXECUTE format('CREATE TABLE traces_%s_q%s PARTITION OF traces FOR VALUES FROM (%L) TO (%L)',
            extract(year FROM first), extract(quarter FROM first), first,
            (first + interval '3 months')::date);
        EXECUTE format('ALTER TABLE traces_%s_q%s ENABLE ROW LEVEL SECURITY',
            extract(year FROM first), extract(quarter FROM first));
    END LOOP;
END $$;

-- name: what day it is only the database knows
-- unknown: app.notes row security
-- reported
DO $$
BEGIN
    IF to_char(now(), 'YYYY') = '2026' OR CURRENT_DATE > DATE '2030-01-01' THEN
        ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
    END IF;
END $$;
