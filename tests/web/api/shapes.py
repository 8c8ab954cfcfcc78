"""Whatever a JSON schema lets through, and some of what it does not, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

WEIRD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.text(max_size=20),
    st.sampled_from(
        ["", "\x00", "NaN", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "' OR 1=1"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
DATES = st.dates().map(str) | st.sampled_from(["2018-06-05", "2018-06-12", "0001-01-01", "9999-12-31"])
TIMES = st.datetimes().map(lambda one: one.isoformat() + "+08:00") | st.sampled_from(
    ["2018-06-05T08:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)


def of_schema(
    schema: dict[str, Any], whole: dict[str, Any], known: dict[str, list[Any]]
) -> st.SearchStrategy[Any]:
    """Values for a schema; `known` has real ids by the name of a field."""
    if "$ref" in schema:
        return of_schema(whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], whole, known)
    if "anyOf" in schema:
        return st.one_of([of_schema(one, whole, known) for one in schema["anyOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, whole, known)
    if kind == "array":
        return st.lists(of_schema(schema.get("items", {}), whole, known), max_size=3)
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    kind, shape = schema.get("type"), schema.get("format")
    if kind == "integer":
        return st.integers(schema.get("minimum", -5), min(schema.get("maximum", 300), 2**62))
    if kind == "number":
        return st.floats(allow_nan=False, allow_infinity=False)
    if kind == "boolean":
        return st.booleans()
    if kind == "null":
        return st.none()
    if shape == "date":
        return DATES
    if shape == "date-time":
        return TIMES
    if shape == "time":
        return st.times().map(str)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].removesuffix("$") + r"\Z")
    return st.text(max_size=schema.get("maxLength", 20))


def _object(
    schema: dict[str, Any], whole: dict[str, Any], known: dict[str, list[Any]]
) -> st.SearchStrategy[Any]:
    fields = {
        name: one_of_known(name, of_schema(part, whole, known), known)
        for name, part in schema.get("properties", {}).items()
    }
    required = {name: fields[name] for name in schema.get("required", [])}
    optional = {name: part for name, part in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def one_of_known(
    name: str, made: st.SearchStrategy[Any], known: dict[str, list[Any]]
) -> st.SearchStrategy[Any]:
    """Mostly something real, so that the rules are reached; sometimes anything."""
    real = known.get(name)
    usual = st.sampled_from(real) if real else made
    return st.one_of(usual, usual, usual, made, WEIRD)
