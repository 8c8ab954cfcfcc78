"""Telling other systems what happened: subscriptions, signed messages, and sending them at least once and in
order. docs/api.md says what a receiver does."""
