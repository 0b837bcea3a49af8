"""From latents to samples: draws that depend on their seed alone, walks among them, and averaged weights."""
