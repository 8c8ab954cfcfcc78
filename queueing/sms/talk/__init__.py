"""The parts of a conversation: plain answers, places, cards, what answers an open question, and messages
stopped and started again. `queueing.sms.conversation` puts them together."""
