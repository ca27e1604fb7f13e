"""What is written into fhir/profiles, and from where."""
