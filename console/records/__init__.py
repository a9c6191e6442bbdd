"""The tracker's own rows, for reading. What was said is in `words.py`, which only `console/review/access.py` may import."""
