"""What the rooms ask of the outside world, as Protocols, one module per aggregate."""
