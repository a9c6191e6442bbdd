"""The Django project: the demo page and the printable help page now, the staff's pages later."""
