"""A deployment as CloudFormation would make it: transformed, with its parameters put in.

References become `<Stack/Resource>` and `<Stack/Resource.Attribute>`, so that two places that mean
the same thing have the same text, across nested stacks.
"""

from __future__ import annotations

import copy
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

INFRA = Path(__file__).resolve().parents[2] / "infra"
TEMPLATES = ("template.yaml", "existing-distribution.yaml")

# A parsed template; CloudFormation has no narrower type.
Json = Any

REGION = "us-east-1"
# The transform asks for a region, and for nothing else of AWS.
os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
PSEUDO = {
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "media",
    "AWS::URLSuffix": "amazonaws.com",
}


class NotDeployable(Exception):
    """CloudFormation would not take this template with these parameters."""


class ManagedPolicies:
    """No template of ours names a managed policy."""

    def load(self) -> dict[str, str]:
        return {}


@dataclass
class Sources:
    """The text of every template, by file name; mutants are made by changing it."""

    texts: dict[str, str]
    _transformed: dict[str, Json] = field(default_factory=dict)

    @staticmethod
    def committed() -> Sources:
        return Sources({path.name: path.read_text() for path in sorted(INFRA.glob("*.yaml"))})

    def mutated(self, name: str, old: str, new: str) -> Sources:
        assert old in self.texts[name], f"{name} has no `{old}` to mutate"
        return Sources(self.texts | {name: self.texts[name].replace(old, new)})

    def transformed(self, name: str) -> Json:
        """The template after the SAM transform, as if its code had been uploaded."""
        if name not in self._transformed:
            self._transformed[name] = self._transform(name)
        return self._transformed[name]

    def _transform(self, name: str) -> Json:
        template = yaml_parse(self.texts[name])
        if "Transform" not in template:
            return template
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            for member in ("CodeUri", "ContentUri"):
                if member in properties:
                    properties[member] = f"s3://code/{properties[member]}"
        if "CodeUri" in template.get("Globals", {}).get("Function", {}):
            template["Globals"]["Function"]["CodeUri"] = "s3://code/signer"
        return transform(template, {}, ManagedPolicies())


@dataclass
class Stack:
    """One stack, its nested stacks included: what it makes, and what it tells."""

    sources: Sources
    file: str
    parameters: dict[str, Any]
    path: str = ""
    region: str = REGION
    resources: dict[str, Json] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    nested: dict[str, Stack] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.template = self.sources.transformed(self.file)
        self.values = self._parameter_values()
        self._check_rules()
        for name in self.template["Resources"]:
            self._make(name)
        for name, output in self.template.get("Outputs", {}).items():
            self.outputs[name] = self.value(output["Value"])

    def of_type(self, kind: str) -> dict[str, Json]:
        """The properties of all resources of a type, nested ones included, by path."""
        return {
            path: resource.get("Properties", {})
            for path, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def _parameter_values(self) -> dict[str, Any]:
        declared = self.template.get("Parameters", {})
        unknown = set(self.parameters) - set(declared)
        if unknown:
            raise NotDeployable(f"{self.file} has no parameters {sorted(unknown)}")
        values: dict[str, Any] = dict(PSEUDO) | {"AWS::Region": self.region}
        for name, parameter in declared.items():
            if name not in self.parameters and "Default" not in parameter:
                raise NotDeployable(f"{self.file} needs the parameter {name}")
            text = str(self.parameters.get(name, parameter.get("Default")))
            values[name] = text
            parts = [text]
            if parameter["Type"] == "CommaDelimitedList":
                values[name] = parts = text.split(",")
            for part in parts:
                pattern = parameter.get("AllowedPattern", ".*")
                allowed = [str(item) for item in parameter.get("AllowedValues", [part])]
                least, most = parameter.get("MinValue", part), parameter.get("MaxValue", part)
                if parameter["Type"] == "Number" and not int(least) <= int(part) <= int(most):
                    raise NotDeployable(f"{self.file} does not take `{part}` as {name}")
                if not re.fullmatch(pattern, part, re.DOTALL) or part not in allowed:
                    raise NotDeployable(f"{self.file} does not take `{part}` as {name}")
        return values

    def _check_rules(self) -> None:
        for rule in self.template.get("Rules", {}).values():
            if not self.holds(rule.get("RuleCondition", {"Fn::Equals": ["", ""]})):
                continue
            for assertion in rule["Assertions"]:
                if not self.holds(assertion["Assert"]):
                    raise NotDeployable(f"{self.file}: {assertion['AssertDescription']}")

    def _exists(self, name: str) -> bool:
        condition = self.template["Resources"][name].get("Condition")
        return condition is None or self.holds({"Condition": condition})

    def _make(self, name: str) -> None:
        if not self._exists(name) or name in self.nested:
            return
        resource = self.template["Resources"][name]
        made = copy.deepcopy(resource)
        made["Properties"] = self.value(resource.get("Properties", {}))
        self.resources[self.path + name] = made
        if resource["Type"] == "AWS::CloudFormation::Stack":
            self._nested(name, made["Properties"])

    def _nested(self, name: str, properties: Json) -> Stack:
        stack = Stack(
            self.sources,
            properties["TemplateURL"],
            properties.get("Parameters", {}),
            f"{self.path}{name}/",
            self.region,
        )
        self.nested[name] = stack
        self.resources |= stack.resources
        return stack

    def _output(self, name: str, output: str) -> Any:
        if not self._exists(name):
            raise NotDeployable(f"{self.file} asks {name}, which does not exist")
        if name not in self.nested:
            self._make(name)
        outputs = self.nested[name].outputs
        if output not in outputs:
            raise NotDeployable(f"{name} has no output {output}")
        return outputs[output]

    def holds(self, condition: Json) -> bool:
        """Whether a condition holds with these parameters."""
        [(function, argument)] = condition.items()
        match function:
            case "Condition":
                return self.holds(self.template["Conditions"][argument])
            case "Fn::Equals":
                left, right = (self.value(side) for side in argument)
                return bool(left == right)
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(self.holds(part) for part in argument)
            case "Fn::Or":
                return any(self.holds(part) for part in argument)
        raise NotDeployable(f"{function} is no condition")

    def value(self, node: Json) -> Any:
        """The node with its functions carried out."""
        if isinstance(node, list):
            items = [self.value(item) for item in node]
            return [item for item in items if item is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(function, argument)] = node.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, argument)
        members = {name: self.value(member) for name, member in node.items()}
        return {name: member for name, member in members.items() if member is not NOTHING}

    def _call(self, function: str, argument: Json) -> Any:
        match function:
            case "Ref":
                return self._reference(argument)
            case "Fn::GetAtt":
                parts = argument.split(".") if isinstance(argument, str) else argument
                return self._attribute(parts[0], ".".join(parts[1:]))
            case "Fn::Sub":
                text, extra = argument if isinstance(argument, list) else (argument, {})
                return re.sub(r"\$\{([^!}][^}]*)\}", lambda m: self._text(m[1], extra), text)
            case "Fn::If":
                name, yes, no = argument
                return self.value(yes if self.holds({"Condition": name}) else no)
            case "Fn::Join":
                separator, items = argument
                return separator.join(str(item) for item in self.value(items))
            case "Fn::Select":
                index, items = argument
                return self.value(items)[int(index)]
            case "Fn::Split":
                separator, text = argument
                return self.value(text).split(separator)
            case "Fn::FindInMap":
                name, first, second = (self.value(part) for part in argument)
                return self.template["Mappings"][name][first][second]
        raise NotDeployable(f"{function} is not known")

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name in self.values:
            return self.values[name]
        return self._made(name, "")

    def _attribute(self, name: str, attribute: str) -> Any:
        if attribute.startswith("Outputs."):
            return self._output(name, attribute.removeprefix("Outputs."))
        return self._made(name, f".{attribute}")

    def _made(self, name: str, attribute: str) -> str:
        if name not in self.template["Resources"] or not self._exists(name):
            raise NotDeployable(f"{self.file} refers to {name}, which does not exist")
        return f"<{self.path}{name}{attribute}>"

    def _text(self, name: str, extra: dict[str, Any]) -> str:
        if name in extra:
            return str(self.value(extra[name]))
        head, _, attribute = name.partition(".")
        return str(self._attribute(head, attribute) if attribute else self._reference(name))


NOTHING = object()
