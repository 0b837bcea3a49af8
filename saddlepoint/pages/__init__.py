"""HTML pages: templates, one stylesheet, and the pictures inside."""
