"""Who the staff are, what each may do, and how they prove who they are."""
