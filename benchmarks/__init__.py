"""Commands that measure the assistant: `make evaluate`, `make benchmark`, and experiments behind decisions."""
