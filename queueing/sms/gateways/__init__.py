"""Ways for messages to leave: one port, several gateways."""
