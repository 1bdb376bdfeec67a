"""Policy files: everything that a district may decide, versioned, checked, immutable once used.

One file per district and domain in POLICY_DIR (`nc-cms.yaml`, `domain: attendance`), older versions
beside it. Each is checked against `schema/<domain>.json`; a mistake is reported with file, line and
key. A case keeps the version that it was opened under (domain.md A1.4)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import structlog
import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from casework.policy.schema_errors import in_words

log = structlog.get_logger()


class PolicyError(Exception):
    """A policy file is wrong; the message names file, line and key."""


@dataclass(frozen=True, eq=False)
class Policy:
    """One version of one policy file."""

    domain: str
    policy_id: str
    version: str
    effective_from: date
    effective_to: date | None
    data: Mapping[str, Any]
    sha256: str
    path: str

    @property
    def id(self) -> str:
        """The name that cases keep, for example `nc-cms@2026.1`."""
        return f"{self.policy_id}@{self.version}"

    def covers(self, on: date) -> bool:
        """Whether this version is in force on a date."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def get(self, path: str, default: Any = None) -> Any:
        """A value by its dotted path, for example `process_sla.arc.hold`; `default` where any part
        is missing."""
        value: Any = self.data
        for part in path.split("."):
            if not isinstance(value, Mapping) or part not in value:
                return default
            value = value[part]
        return value

    def require(self, path: str) -> Any:
        """As `get`, but a missing key is a PolicyError that names file and key."""
        value = self.get(path)
        if value is None:
            raise PolicyError(
                _("%(file)s: key '%(key)s' is missing; add it to this policy version")
                % {"file": self.path, "key": path}
            )
        return value


def parse_policy(path: Path) -> Policy:
    """Read and check one policy file. Raises PolicyError naming file, line and key."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise PolicyError(
            f"{path.name}{line}: "
            + _("not valid YAML: %(why)s") % {"why": getattr(error, "problem", error)}
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get("domain"), str):
        raise PolicyError(
            f"{path.name}:1: " + _("key 'domain' is missing; say which domain the policy is for")
        )
    plain = _plain(data)
    assert tree is not None
    _check_schema(path, tree, plain)
    effective = plain["effective"]
    return Policy(
        domain=plain["domain"],
        policy_id=plain["policy_id"],
        version=str(plain["version"]),
        effective_from=date.fromisoformat(effective["from"]),
        effective_to=date.fromisoformat(effective["to"]) if effective.get("to") else None,
        data=plain,
        sha256=hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest(),
        path=path.name,
    )


def _plain(value: Any) -> Any:
    """YAML values as JSON values: dates as ISO text, keys as text; so that hash and schema see one
    form."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _check_schema(path: Path, tree: yaml.Node, data: dict[str, Any]) -> None:
    schema_path = Path(settings.POLICY_DIR) / "schema" / f"{data['domain']}.json"
    if not schema_path.exists():
        raise PolicyError(
            f"{path.name}:{_line(tree, ['domain'])}: "
            + _("no schema for domain '%(domain)s'") % {"domain": data["domain"]}
        )
    validator = jsonschema.Draft202012Validator(json.loads(schema_path.read_text(encoding="utf-8")))
    errors = sorted(
        validator.iter_errors(data), key=lambda error: list(map(str, error.absolute_path))
    )
    if errors:
        raise PolicyError("\n".join(_describe(path, tree, error) for error in errors))


def _describe(path: Path, tree: yaml.Node, error: jsonschema.ValidationError) -> str:
    keys = list(error.absolute_path)
    name = ".".join(str(key) for key in keys) or "(whole file)"
    return f"{path.name}:{_line(tree, keys)}: key '{name}': {in_words(error)}"


def line_finder(path: Path) -> Callable[[Sequence[Any]], int]:
    """Tells the line of the value at a path of keys in a policy file that parses, or of its nearest
    parent."""
    tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    assert tree is not None
    return lambda keys: _line(tree, list(keys))


def _line(node: yaml.Node, keys: list[Any]) -> int:
    """The line of the value at a path of keys, or of the nearest parent that exists."""
    for key in keys:
        children = (
            {child.value: value for child, value in node.value}
            if isinstance(node, yaml.MappingNode)
            else dict(enumerate(node.value))
            if isinstance(node, yaml.SequenceNode)
            else {}
        )
        if key not in children:
            break
        node = children[key]
    return int(node.start_mark.line) + 1


_read: dict[str, tuple[int, dict[str, Policy]]] = {}


def _registry(folder: str) -> dict[str, Policy]:
    """The versions of a folder; read again when a file came or went, so that a version that an
    administrator puts in force reaches every process. A folder that cannot be used any more changes
    nothing while the process runs."""
    stamp = os.stat(folder).st_mtime_ns if os.path.isdir(folder) else 0
    kept = _read.get(folder)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    try:
        found = _parsed_folder(folder)
    except PolicyError as error:
        if kept is None:
            raise
        log.error("policy.folder_unusable", error=str(error))
        found = kept[1]
    _read[folder] = (stamp, found)
    _in_force.cache_clear()
    return found


def _parsed_folder(folder: str) -> dict[str, Policy]:
    policies: dict[str, Policy] = {}
    for path in sorted(Path(folder).glob("*.yaml")):
        policy = parse_policy(path)
        if policy.id in policies:
            raise PolicyError(
                _("%(file)s: %(policy)s stands in %(other)s too; give it a new version")
                % {"file": path.name, "policy": policy.id, "other": policies[policy.id].path}
            )
        policies[policy.id] = policy
    return policies


def all_policies() -> dict[str, Policy]:
    """Every policy version of this district, by id; raises PolicyError."""
    return _registry(str(settings.POLICY_DIR))


def forget_policies() -> None:
    """Read the files again at the next question (tests, administration)."""
    _read.clear()
    _in_force.cache_clear()


def policy_version(policy_id: str) -> Policy:
    """The version that a case was opened under. Raises PolicyError when its file is gone."""
    try:
        return all_policies()[policy_id]
    except KeyError:
        raise PolicyError(
            _("no policy file holds %(policy)s; restore it: open cases were opened under it")
            % {"policy": policy_id}
        ) from None


def policy_for(domain: str, on: date) -> Policy:
    """The one policy of a domain in force on a date (before the first version: the first). Raises
    PolicyError where there is none, or two policies claim the date."""
    _registry(str(settings.POLICY_DIR))  # forgets what was in force where the folder has changed
    return _in_force(str(settings.POLICY_DIR), domain, on)


@lru_cache(maxsize=256)
def _in_force(folder: str, domain: str, on: date) -> Policy:
    versions = [policy for policy in _registry(folder).values() if policy.domain == domain]
    found = [policy for policy in versions if policy.covers(on)] or _earliest_after(versions, on)
    if len({policy.policy_id for policy in found}) != 1:
        names = ", ".join(policy.id for policy in found) or "-"
        raise PolicyError(
            _("exactly one '%(domain)s' policy must be in force on %(day)s: found %(found)s")
            % {"domain": domain, "day": on, "found": names}
        )
    return max(found, key=lambda policy: policy.effective_from)


def _earliest_after(versions: list[Policy], on: date) -> list[Policy]:
    """History from before the first version (a district's old years) is read under the first
    version."""
    later = [policy for policy in versions if policy.effective_from > on]
    return (
        [min(later, key=lambda policy: policy.effective_from)]
        if later and len(later) == len(versions)
        else []
    )


def record_use(policy: Policy) -> None:
    """Keep the content of a version at its first use; a later file that differs is a PolicyError
    (one statement a process and version)."""
    if policy.id in _recorded and _recorded[policy.id] == policy.sha256:
        return
    from casework.models import PolicyUse

    use, _created = PolicyUse.objects.get_or_create(
        version=policy.id,
        defaults={"domain": policy.domain, "sha256": policy.sha256, "content": policy.data},
    )
    if use.sha256 != policy.sha256:
        raise PolicyError(
            _(
                "%(file)s: %(policy)s is in use with other content; give the changed file "
                "a new version"
            )
            % {"file": policy.path, "policy": policy.id}
        )
    _recorded[policy.id] = policy.sha256


_recorded: dict[str, str] = {}
