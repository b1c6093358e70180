"""Training: labelled sets in, model files with their cards out. Needs scikit-learn; judging does not."""
