"""Between what a partner is told (or sends) and FHIR R4 JSON: pure, one resource in each file, both ways.

A mapper decides nothing about who may know what: that was done where its values were made (`pathway.domain.told`).
"""
