"""What ``saddle list`` and ``saddle show`` say."""
