"""Steps from one schema to the next, run in-process by storage.upgrade.

A new step is a file `versions/rNNNN_<what>.py` whose first line says `Reason: …`; it repeats the DDL it needs instead
of importing tables, which go on changing. `storage.schema.REVISION` then names it. A test compares what all steps
together lead to with what a fresh database has.
"""
