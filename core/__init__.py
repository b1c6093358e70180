"""The words and contracts of Maeari: types, ports, settings, errors, clock. No input or output happens here."""
