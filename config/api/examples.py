"""Examples for the schema, made from the schema itself and the vocabulary, so that no operation is without."""

from typing import Any

from config.api.vocabulary import A_DAY, A_MOMENT, AN_ID, word_for

Schema = dict[str, Any]
BY_FORMAT = {"uuid": AN_ID, "date": A_DAY, "date-time": A_MOMENT, "uri": "https://example.org", "decimal": "10.00"}
NAMES_OF_TYPES = {str: "string", int: "integer", bool: "boolean", dict: "object", type(None): "null"}
BY_TYPE = {"string": "text", "integer": 1, "number": 1.5, "boolean": False, "null": None}


class Examples:
    """Makes an example of any schema in a document. References are followed; a nullable value is shown present."""

    def __init__(self, components: dict[str, Schema]) -> None:
        self.components = components

    def of(self, schema: Schema, component: str = "", field: str = "") -> Any:
        if "$ref" in schema:
            return self._of_reference(schema["$ref"].rpartition("/")[2], component, field)
        for combined in ("allOf", "oneOf", "anyOf"):
            if combined in schema:
                return self.of(schema[combined][0], component, field)
        if "properties" in schema:
            return {name: self.of(found, component, name) for name, found in schema["properties"].items()}
        return self._of_value(schema, component, field)

    def _of_reference(self, name: str, component: str, field: str) -> Any:
        found = self.components[name]
        is_object = "properties" in found
        # A choice is named by the field that holds it, an object by itself.
        return self.of(found, name if is_object else component, "" if is_object else field)

    def _of_value(self, schema: Schema, component: str, field: str) -> Any:
        word = word_for(component, field)
        choices = [choice for choice in schema.get("enum", []) if choice]
        if choices:
            return word.example if word and word.example in choices else choices[0]
        if _type_of(schema) == "array":
            items = schema.get("items", {})
            has_words = word is not None and isinstance(word.example, list) and "$ref" not in items
            return word.example if word and has_words else [self.of(items, component)]
        if word and _fits(word.example, schema):
            return word.example
        return BY_FORMAT.get(schema.get("format", ""), BY_TYPE.get(_type_of(schema), {}))


def _type_of(schema: Schema) -> str:
    kinds = schema.get("type", "object")
    return kinds if isinstance(kinds, str) else kinds[0]


def _fits(example: Any, schema: Schema) -> bool:
    """Whether the word's example is of this schema's type: `person` is an id here and an object there."""
    kinds = schema.get("type", [])
    return NAMES_OF_TYPES.get(type(example)) in ([kinds] if isinstance(kinds, str) else kinds)
