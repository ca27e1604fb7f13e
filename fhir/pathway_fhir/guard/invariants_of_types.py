"""The invariants of FHIR's data types: extensions, periods, timings, quantities and the like."""

from decimal import Decimal

from pathway_fhir.guard.shapes import Json, Rule, has, has_choice, in_order, not_negative, number, text

_UCUM = "http://unitsofmeasure.org"


def _both_or_neither(node: Json) -> bool:
    return has(node, "numerator") == has(node, "denominator") and (
        has(node, "numerator") or has(node, "extension")
    )


def _low_before_high(node: Json) -> bool:
    low, high = node.get("low"), node.get("high")
    if not (isinstance(low, dict) and isinstance(high, dict)) or low.get("unit") != high.get("unit"):
        return True
    least, most = number(low, "value"), number(high, "value")
    return least is None or most is None or least <= most


def _offset_has_when(node: Json) -> bool:
    when = node.get("when")
    events = when if isinstance(when, list) else []
    return not has(node, "offset") or (
        bool(events) and not {"C", "CM", "CD", "CV"} & {str(e) for e in events}
    )


def _positive(node: Json) -> bool:
    value = number(node, "value")
    return value is None or value > Decimal(0)


def _coded_in_ucum(node: Json) -> bool:
    return (has(node, "code") or not has(node, "value")) and text(node, "system") in ("", _UCUM)


def _whole(node: Json) -> bool:
    value = number(node, "value")
    return text(node, "code") in ("", "1") and (value is None or value == value.to_integral_value())


OF_TYPES = (
    Rule(
        "Extension",
        "ext-1",
        lambda n: has(n, "extension") != has_choice(n, "value"),
        "An extension has either a value or parts, and not both. Send one of them.",
    ),
    Rule(
        "Period",
        "per-1",
        lambda n: in_order(n.get("start"), n.get("end")),
        "A period ends before it starts. Check the two dates.",
    ),
    Rule(
        "Quantity",
        "qty-3",
        lambda n: not has(n, "code") or has(n, "system"),
        "A quantity has the code of its unit and not the system of that code. Add the system.",
    ),
    Rule(
        "Ratio",
        "rat-1",
        _both_or_neither,
        "A ratio has one of its two numbers. Send both.",
    ),
    Rule(
        "Range",
        "rng-2",
        _low_before_high,
        "A range has a low value above its high one. Check the two.",
    ),
    Rule(
        "Attachment",
        "att-1",
        lambda n: not has(n, "data") or has(n, "contentType"),
        "An attachment has data and does not say of which type. Add contentType.",
    ),
    Rule(
        "ContactPoint",
        "cpt-2",
        lambda n: not has(n, "value") or has(n, "system"),
        "A contact point has a value and does not say whether it is a telephone, e-mail or other. Add system.",
    ),
    Rule(
        "Expression",
        "exp-1",
        lambda n: has(n, "expression", "reference"),
        "An expression is neither written nor referred to. Send one of them.",
    ),
    Rule(
        "Duration",
        "drt-1",
        lambda n: not has(n, "code") or (text(n, "system") == _UCUM and has(n, "value")),
        "A duration has a unit without a value, or a unit from another system than UCUM. Mend it.",
    ),
    Rule(
        "Age",
        "age-1",
        lambda n: _coded_in_ucum(n) and _positive(n),
        "An age needs a value above 0 and a unit of time in UCUM. Send both.",
    ),
    Rule(
        "Distance",
        "dis-1",
        _coded_in_ucum,
        "A distance needs a unit of length in UCUM. Send it.",
    ),
    Rule(
        "Count",
        "cnt-3",
        lambda n: _coded_in_ucum(n) and _whole(n),
        "A count is a whole number, with the unit 1. Mend it.",
    ),
    Rule(
        "Timing.repeat",
        "tim-1",
        lambda n: not has(n, "duration") or has(n, "durationUnit"),
        "A timing has a duration without a unit. Add durationUnit.",
    ),
    Rule(
        "Timing.repeat",
        "tim-2",
        lambda n: not has(n, "period") or has(n, "periodUnit"),
        "A timing has a period without a unit. Add periodUnit.",
    ),
    Rule(
        "Timing.repeat",
        "tim-4",
        lambda n: not_negative(n, "duration"),
        "A timing has a duration below 0. Send 0 or more.",
    ),
    Rule(
        "Timing.repeat",
        "tim-5",
        lambda n: not_negative(n, "period"),
        "A timing has a period below 0. Send 0 or more.",
    ),
    Rule(
        "Timing.repeat",
        "tim-6",
        lambda n: not has(n, "periodMax") or has(n, "period"),
        "A timing has the most of a period and no period. Add period.",
    ),
    Rule(
        "Timing.repeat",
        "tim-7",
        lambda n: not has(n, "durationMax") or has(n, "duration"),
        "A timing has the most of a duration and no duration. Add duration.",
    ),
    Rule(
        "Timing.repeat",
        "tim-8",
        lambda n: not has(n, "countMax") or has(n, "count"),
        "A timing has the most of a count and no count. Add count.",
    ),
    Rule(
        "Timing.repeat",
        "tim-9",
        _offset_has_when,
        "A timing has an offset and no event, or a meal, to count it from. Add when, or take offset out.",
    ),
    Rule(
        "Timing.repeat",
        "tim-10",
        lambda n: not has(n, "timeOfDay") or not has(n, "when"),
        "A timing has both a time of day and an event of the day. Send one of them.",
    ),
)
