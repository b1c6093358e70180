"""The send gate and the outbox: the one way out."""
