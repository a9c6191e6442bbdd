"""Tests of Telegram's channel that need no trained model."""
