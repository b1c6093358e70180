"""The weekly mention report: queries, one typed report, and its renderers."""
