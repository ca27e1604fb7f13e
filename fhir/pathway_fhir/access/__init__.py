"""Who may speak FHIR to us: signed assertions, tokens, scopes, and the caller that every FHIR route is given."""
