"""What was asked: the inbox, one conversation, and the one door to its words (`access.py`)."""
