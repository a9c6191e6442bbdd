"""Telegram's channel."""
