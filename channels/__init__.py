"""How people reach the assistant: one folder a channel, with its code, doc, recorded payloads and tests."""
