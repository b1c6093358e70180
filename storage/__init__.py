"""The only SQL: tables, migrations, repositories, the unit of work, search, roll-ups, purge."""
