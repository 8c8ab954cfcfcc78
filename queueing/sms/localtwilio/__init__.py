"""A Twilio of our own on this machine, for tests and for `SMS=twilio-local`: the real client talks to it, and
it calls our webhooks with real signatures. It answers by the published OpenAPI and can be told to behave
badly."""
