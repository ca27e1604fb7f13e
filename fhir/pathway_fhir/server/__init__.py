"""The FHIR server: what each resource type offers is a table, and the CapabilityStatement is made from it."""
