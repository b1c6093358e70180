"""What flows through the rooms: frozen, slotted dataclasses, one module per aggregate."""
