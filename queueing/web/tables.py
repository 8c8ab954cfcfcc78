"""The web's own tables: staff accounts, sessions, sign-in codes, counted attempts, API keys and the requests
they made, and the installation's secret. Nothing personal is stored here but hashes and opaque card ids."""

from __future__ import annotations

import secrets

import psycopg

_SCHEMA = """
CREATE TABLE IF NOT EXISTS web_secret (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), secret bytea NOT NULL);
CREATE TABLE IF NOT EXISTS staff_accounts (
    login text PRIMARY KEY, role text NOT NULL, employer text NOT NULL DEFAULT '', password text NOT NULL,
    demo boolean NOT NULL DEFAULT false, active boolean NOT NULL DEFAULT true);
ALTER TABLE staff_accounts ADD COLUMN IF NOT EXISTS signed_in timestamp;
CREATE TABLE IF NOT EXISTS staff_acts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamp NOT NULL, who text NOT NULL,
    what text NOT NULL, about text NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS staff_acts_who ON staff_acts (who, at);
CREATE TABLE IF NOT EXISTS web_sessions (
    token bytea PRIMARY KEY, login text NOT NULL DEFAULT '', cards text[] NOT NULL DEFAULT '{}',
    seen timestamp NOT NULL);
ALTER TABLE web_sessions ADD COLUMN IF NOT EXISTS begun timestamp;
CREATE INDEX IF NOT EXISTS web_sessions_seen ON web_sessions (seen);
CREATE TABLE IF NOT EXISTS login_codes (
    phone text PRIMARY KEY, code bytea NOT NULL, cards text[] NOT NULL,
    expires timestamp NOT NULL, tries int NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS roster_drafts (
    employer text NOT NULL, card text NOT NULL, result text NOT NULL, PRIMARY KEY (employer, card));
CREATE TABLE IF NOT EXISTS employer_notes (
    name text PRIMARY KEY, employer text NOT NULL, at timestamp NOT NULL, by text NOT NULL,
    sealed_key bytea NOT NULL, sealed_text bytea NOT NULL);
CREATE TABLE IF NOT EXISTS web_attempts (key text NOT NULL, at timestamp NOT NULL);
CREATE INDEX IF NOT EXISTS web_attempts_key ON web_attempts (key, at);
CREATE TABLE IF NOT EXISTS api_keys (
    id text PRIMARY KEY, name text NOT NULL UNIQUE, secret bytea NOT NULL, scopes text[] NOT NULL,
    channel text NOT NULL, per_minute int NOT NULL, created timestamp NOT NULL, last_used timestamp,
    revoked timestamp);
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS old_secret bytea;
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS old_until timestamp;
CREATE TABLE IF NOT EXISTS api_calls (
    key text NOT NULL, hour timestamp NOT NULL, operation text NOT NULL, status int NOT NULL,
    calls int NOT NULL, seconds double precision NOT NULL, PRIMARY KEY (key, hour, operation, status));
CREATE TABLE IF NOT EXISTS api_requests (
    id text PRIMARY KEY, fingerprint bytea NOT NULL, since timestamp NOT NULL, running boolean NOT NULL,
    status int, answer bytea);
ALTER TABLE api_requests ADD COLUMN IF NOT EXISTS run text NOT NULL DEFAULT '';
ALTER TABLE api_requests ADD COLUMN IF NOT EXISTS attempt int NOT NULL DEFAULT 1;
ALTER TABLE api_requests ADD COLUMN IF NOT EXISTS sealed_key bytea;
CREATE INDEX IF NOT EXISTS api_requests_since ON api_requests (since);
"""


def migrate(url: str) -> None:
    """Create the tables and the secret, or find them there."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('web migration'))")
        connection.execute(_SCHEMA)
        connection.execute(
            "INSERT INTO web_secret (secret) VALUES (%s) ON CONFLICT DO NOTHING", (secrets.token_bytes(32),)
        )
