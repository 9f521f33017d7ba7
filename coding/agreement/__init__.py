"""Agreement between coders, as numbers: no project, no charts, no screens.

`from_snapshot` and `from_table` make an `AgreementTable`; `measures.compute` reaches every measure by name.
"""
