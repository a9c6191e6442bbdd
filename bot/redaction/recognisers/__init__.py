"""One kind of personal data a file. Each file has one class `Finds`, and a twin in tests/redaction/ with hits and near misses."""
