"""The pipeline that `rasa init` writes, trained on our examples, to compare ours with."""
