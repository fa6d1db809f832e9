"""What is written to Redis: keys, records and their bounds."""
