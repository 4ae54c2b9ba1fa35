CREATE SCHEMA IF NOT EXISTS pgmq;
CREATE FUNCTION pgmq.create(queue_name text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, delay integer DEFAULT 0) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT 1::bigint';
