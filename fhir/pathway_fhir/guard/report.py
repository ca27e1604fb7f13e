"""Where the checks write what they find, and how strictly it is taken."""

from pathway_fhir.outcome import Issue, IssueType, Severity

# After this many, the next one tells the sender nothing, and a hostile body could make the answer larger than itself.
MOST_ISSUES = 100


class Report:
    """The issues of one body. A fault that NHS services themselves publish refuses only where `strict`."""

    def __init__(self, *, strict: bool) -> None:
        self.issues: list[Issue] = []
        self._profile = Severity.ERROR if strict else Severity.WARNING
        self._seen: set[tuple[str, str]] = set()

    def error(self, code: IssueType, text: str, path: str) -> None:
        """What makes the resource unreadable or unsafe, whoever sends it."""
        self.add(Severity.ERROR, code, text, path)

    def profile(self, code: IssueType, text: str, path: str) -> None:
        """What breaks a rule of FHIR or UK Core, while what is meant can still be read."""
        self.add(self._profile, code, text, path)

    def warning(self, code: IssueType, text: str, path: str) -> None:
        """What the sender should know, and never refuses."""
        self.add(Severity.WARNING, code, text, path)

    def add(self, severity: Severity, code: IssueType, text: str, path: str) -> None:
        if (path, text) in self._seen or not self._has_room_for(severity):
            return
        self._seen.add((path, text))
        self.issues.append(Issue(severity, code, text, (path,) if path else ()))

    def _has_room_for(self, severity: Severity) -> bool:
        """Warnings stop at half, so that they never crowd out what refuses."""
        return len(self.issues) < (MOST_ISSUES if severity.refuses else MOST_ISSUES // 2)
