"""Prints what cfn-lint's schemas say of types: one JSON object. Reads the types, a JSON list, from standard input."""

import json
import sys

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER


def described(name):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name)
    return {
        "attributes": list(schema.get_atts.keys()),
        "properties": list(schema.schema["properties"].keys()),
        "identifier": [path.removeprefix("/properties/") for path in schema.schema["primaryIdentifier"]],
    }


print(json.dumps({name: described(name) for name in json.load(sys.stdin)}))
