"""What staff teach the assistant: right or wrong, better examples as a patch, what the content holds, and a place to try."""
