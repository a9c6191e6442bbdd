"""What happened, in numbers that point at nobody."""
