"""Where a partner's system finds the token endpoint: the addresses, and the document that names them.

Source: HL7 SMART App Launch 2.2.0, "Conformance" (`.well-known/smart-configuration`); FHIR R4, `CapabilityStatement.rest.security`.
"""

from typing import Any, Final

from pathway_fhir.access.assertion import ALGORITHMS
from pathway_fhir.access.tokens import GRANT

BASE: Final = "/fhir/R4"
TOKEN: Final = f"{BASE}/token"
CONFIGURATION: Final = f"{BASE}/.well-known/smart-configuration"
_OAUTH_URIS: Final = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY_SERVICE: Final = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def token_url(base_url: str) -> str:
    """The exact address of the token endpoint, which an assertion names as its audience."""
    return f"{base_url}{TOKEN}"


def configuration_url(base_url: str) -> str:
    """Where the SMART configuration is."""
    return f"{base_url}{CONFIGURATION}"


def configuration(base_url: str) -> dict[str, Any]:
    """The document at `.well-known/smart-configuration`."""
    return {
        "token_endpoint": token_url(base_url),
        "grant_types_supported": [GRANT],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "scopes_supported": [
            "system/*.cruds",
            "system/*.rs",
            "system/Patient.rs",
            "system/ServiceRequest.cruds",
        ],
        # The specification requires the next one also of a server where nobody signs in.
        "code_challenge_methods_supported": ["S256"],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    }


def security(base_url: str) -> dict[str, Any]:
    """What a CapabilityStatement says of this, as `rest.security`."""
    return {
        "extension": [{"url": _OAUTH_URIS, "extension": [{"url": "token", "valueUri": token_url(base_url)}]}],
        "cors": False,
        "service": [
            {
                "coding": [
                    {"system": _SECURITY_SERVICE, "code": "SMART-on-FHIR", "display": "SMART-on-FHIR"}
                ],
                "text": "SMART Backend Services: a token for a signed assertion (private_key_jwt).",
            }
        ],
        "description": f"Tokens as {configuration_url(base_url)} says.",
    }
