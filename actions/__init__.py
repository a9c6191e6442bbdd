"""What the assistant does beyond answering: custom actions, one thin file a family."""
