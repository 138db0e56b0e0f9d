"""Same, update or replace: what is to happen to a resource that exists."""

from dataclasses import dataclass, field

from bim360_provider.testing.engine import paths
from bim360_provider.testing.engine.diffing import Changes, changes_between
from bim360_provider.testing.engine.provider import Diffed
from bim360_provider.testing.engine.resources import Goal, Resource
from bim360_provider.testing.engine.values import Properties


@dataclass(frozen=True)
class Verdict:
    """What is to happen, and which properties are the reason."""

    changed: bool
    paths: Changes = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    delete_first: bool = False


SAME = Verdict(changed=False)


def judge(goal: Goal, old: Resource, news: Properties, answer: Diffed) -> Verdict:
    """Turn a provider's answer to Diff into a verdict.

    Where the provider answers neither yes nor no, the old inputs are compared with the new ones,
    path by path; only then does ``replace_on_changes`` have an effect, exactly as with Pulumi.
    """
    if answer.changed is False:
        return SAME
    if answer.changed is None:
        return _by_comparison(goal, old, news, answer)
    visible = changes_between(old.inputs, news, internal=False)
    return Verdict(True, visible, answer.replaces, _deletes_first(goal, answer))


def _by_comparison(goal: Goal, old: Resource, news: Properties, answer: Diffed) -> Verdict:
    compared = changes_between(old.inputs, ignoring(goal.ignore_changes, old.inputs, news))
    if not compared:
        return SAME
    forced = _forced(goal.replace_on_changes, compared)
    replaces = tuple(dict.fromkeys((*answer.replaces, *forced)))
    return Verdict(True, compared, replaces, _deletes_first(goal, answer))


def _forced(patterns: tuple[str, ...], changes: Changes) -> tuple[str, ...]:
    wanted = [paths.parse(pattern) for pattern in patterns]
    changed = [paths.parse(path) for path in changes]
    return tuple(
        str(path[0]) for path in changed if any(paths.contains(want, path) for want in wanted)
    )


def _deletes_first(goal: Goal, answer: Diffed) -> bool:
    wanted = goal.delete_before_replace
    return answer.delete_before_replace if wanted is None else wanted


def ignoring(patterns: tuple[str, ...], old: Properties, new: Properties) -> Properties:
    """Return the new inputs with the ignored places set back to what they were."""
    for pattern in patterns:
        set_back = paths.reset(paths.parse(pattern), old, new)
        new = set_back if isinstance(set_back, dict) else new
    return new
