"""The thin layer between Rasa and `bot`: importer, graph components, policy, rendering."""
