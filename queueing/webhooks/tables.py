"""The tables of subscriptions and of attempts to deliver to them."""

from __future__ import annotations

import psycopg

_SCHEMA = """
CREATE TABLE IF NOT EXISTS webhook_subscriptions (
    id text PRIMARY KEY, owner text NOT NULL, url text NOT NULL, kinds text[] NOT NULL,
    sealed_key bytea NOT NULL, sealed_secret bytea NOT NULL, created timestamp NOT NULL,
    active boolean NOT NULL DEFAULT true, position bigint NOT NULL, tries int NOT NULL DEFAULT 0,
    failing_since timestamp, next_try timestamp, last_error text NOT NULL DEFAULT '',
    claimed_by text NOT NULL DEFAULT '', claimed_until timestamp);
ALTER TABLE webhook_subscriptions ADD COLUMN IF NOT EXISTS old_sealed_key bytea;
ALTER TABLE webhook_subscriptions ADD COLUMN IF NOT EXISTS old_sealed_secret bytea;
ALTER TABLE webhook_subscriptions ADD COLUMN IF NOT EXISTS old_until timestamp;
CREATE TABLE IF NOT EXISTS webhook_attempts (
    number bigserial PRIMARY KEY, subscription text NOT NULL, id text NOT NULL, position bigint NOT NULL,
    kind text NOT NULL, at timestamp NOT NULL, status int NOT NULL, error text NOT NULL);
CREATE INDEX IF NOT EXISTS webhook_attempts_of ON webhook_attempts (subscription, number);
"""


def migrate(url: str) -> None:
    """Create the tables, or find them there."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('webhooks migration'))")
        connection.execute(_SCHEMA)
