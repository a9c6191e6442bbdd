"""What is kept, where, and for how long: one database for the tracker, the channels and the console."""
