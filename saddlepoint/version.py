"""The package's version, read by the build and by ``saddle --version`` without importing torch."""

__version__ = "0.1.0"
