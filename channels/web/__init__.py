"""The website's channel."""
