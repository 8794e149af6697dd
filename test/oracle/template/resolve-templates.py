"""Resolves templates with MiniStack's CloudFormation engine: one JSON object a line in, one out.

In: {"template": ..., "parameters": {name: value}}. Out: {"resources": {id: properties}}, or {"refused": message}.
"""

import json
import sys

from ministack.services.cloudformation import engine

STACK = "Calls"


def with_resolved_operands(template, resolve):
    """The engine compares what Fn::Equals has without resolving Fn::FindInMap and Fn::Sub, which CloudFormation does
    (intrinsic-function-reference-conditions, "Supported functions"). Its own resolver does it here, before."""

    def walk(node):
        if isinstance(node, list):
            return [walk(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "Fn::Equals" in node:
            return {"Fn::Equals": [resolve(one) for one in node["Fn::Equals"]]}
        return {key: walk(value) for key, value in node.items()}

    return {**template, "Conditions": walk(template.get("Conditions", {}))}


def resolved(template, parameters):
    provided = [{"Key": key, "Value": value} for key, value in parameters.items()]
    template = engine._apply_transforms(template, provided)
    if isinstance(template, engine._TransformFailed):
        raise ValueError(template.error)
    params = engine._resolve_parameters(template, provided)
    mappings = template.get("Mappings", {})

    def resolve(value, conditions):
        return engine._resolve_refs(value, {}, params, conditions, mappings, STACK, "id")

    template = with_resolved_operands(template, lambda value: resolve(value, {}))
    conditions = engine._evaluate_conditions(template, params)
    return {
        name: resolve(resource.get("Properties", {}), conditions)
        for name, resource in template["Resources"].items()
        if conditions.get(resource.get("Condition"), True)
    }


for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = {"resources": resolved(question["template"], question["parameters"])}
    except Exception as error:  # whatever it fails with, it gives no value
        answer = {"refused": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
