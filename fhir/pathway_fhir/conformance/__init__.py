"""What this service publishes about itself: its extensions, codes, maps, messages and abilities, as FHIR resources."""
