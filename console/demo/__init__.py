"""An invented month of conversations, so that a newcomer can look around the console."""
