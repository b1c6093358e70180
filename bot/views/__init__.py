"""Cards, buttons and modals."""
