"""Who read, changed, exported or deleted what: written once, never changed."""
