"""Examples for the document, made from the schemas: each field's own example, else the plainest value there
is."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
_PLAIN = {
    "string": "",
    "integer": 0,
    "number": 0.0,
    "boolean": False,
    "null": None,
    "array": [],
    "object": {},
}
_FORMATS = {"date": "2018-06-05", "date-time": "2018-06-05T09:30:00+08:00", "time": "09:30:00"}


def add_examples(made: Schema) -> None:
    """To every body, and to every answer that is no problem."""
    schemas = made["components"]["schemas"]
    for path in made["paths"].values():
        for one in path.values():
            body = one.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                body["example"] = example(body["schema"], schemas, sparing=True)
            for answer in one["responses"].values():
                said = answer.get("content", {}).get("application/json")
                if said:
                    said["example"] = example(said["schema"], schemas)


def example(schema: Schema, schemas: Schema, *, sparing: bool = False) -> Any:
    """A value that fits. `sparing`: only fields that are required or have an example of their own."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, sparing=sparing)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, sparing=sparing)
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    if schema.get("type") == "array":
        return [example(schema["items"], schemas, sparing=sparing)] if "items" in schema else []
    if "properties" in schema:
        return _object(schema, schemas, sparing)
    return _FORMATS.get(schema.get("format", ""), _PLAIN[schema.get("type", "object")])


def _object(schema: Schema, schemas: Schema, sparing: bool) -> Schema:
    required = schema.get("required", [])
    return {
        name: example(one, schemas, sparing=sparing)
        for name, one in schema["properties"].items()
        if not sparing or name in required or one.get("examples")
    }
