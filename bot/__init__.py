"""How the assistant thinks: plain Python first, Rasa plug-ins last and thin."""
