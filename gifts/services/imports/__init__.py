"""A family's spreadsheet becomes people, occasions, lists, gifts, items and claims.

`reading` turns the file into rows, `cells` and `prices` understand what people type, `drafts` makes a wish of the rows
that mean the same one, `names` and `people` say who is meant, `places` finds the list, `deciding` and `writing`
make the item, `imports` runs it all in one transaction, and `report` says what became of each row.
"""
