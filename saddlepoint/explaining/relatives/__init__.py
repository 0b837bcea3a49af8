"""The relatives of the GAN, each told and tried on its own: a module has ``tell``, which yields its blocks."""
