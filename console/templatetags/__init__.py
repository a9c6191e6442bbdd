"""What templates need to show times and links."""
