"""Pure encoders and escapers: one per sink, none of which an input can break out of."""
