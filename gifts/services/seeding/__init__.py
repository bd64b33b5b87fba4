"""A host full of made-up data to measure on.

`seeding` fills it, `sizes` says how large it is; the other files say what is in a household, `writing` how rows get
into the database by the thousand.
"""
