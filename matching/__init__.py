"""Text normalisation, Hangul particles and bigrams, and the one-pass search for all brand terms."""
