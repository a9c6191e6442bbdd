"""The commands behind the Makefile. Only these and `bot.ask` print."""
