"""What staff do for people: queues, cases, call-backs, talking in the assistant's place, and taking words out of use."""
