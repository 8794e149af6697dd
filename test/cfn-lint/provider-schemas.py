"""Prints CloudFormation's own schemas of types, and the regions that lack some of them: one JSON object.

Reads the types, a JSON list, from standard input."""

import json
import sys

from cfnlint.helpers import REGIONS
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as MANAGER

types = json.load(sys.stdin)
lacking = {region: sorted(set(types) - set(MANAGER.get_resource_types(region))) for region in REGIONS}
known = set(MANAGER.get_resource_types("us-east-1"))
print(
    json.dumps(
        {
            "schemas": {name: MANAGER.get_resource_schema("us-east-1", name).schema for name in types if name in known},
            "lacking": {region: names for region, names in lacking.items() if names},
        }
    )
)
