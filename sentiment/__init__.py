"""From a text to an assessment: language, sentiment, intent, abuse, evidence."""
