"""What each code of a finding means, with an example that fails and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

Check = Literal["plan", "compile", "url"]


@frozen
class Explanation:
    """What a code means.

    Attributes:
        code: the slug.
        summary: in one line.
        text: more about it, in sentences.
        example: a text with this finding.
        mended: the same without it.
        found_by: what finds it: ``plan`` is every check of a filter, ``compile`` a check for one
            request, ``url`` the check of a URL or query string.
        limit: where the example is beyond a limit: ``(which, how much)``.
    """

    code: str
    summary: str
    text: str
    example: str
    mended: str
    found_by: Check = "plan"
    limit: tuple[Literal["length", "depth", "count"], int] | None = None


def explain(code: str) -> Explanation:
    """Explain the code of a finding.

    Args:
        code: the slug, in any letter case.

    Raises:
        KeyError: no finding has this code.
    """
    return _EXPLANATIONS[code.lower()]


_SYNTAX = (
    Explanation(
        "syntax",
        "the text does not parse",
        "A filter is made of conditions, `name operator value`, joined by `and`, `or` and `not`, "
        "with parentheses where needed; behind it may stand `order by`, `limit` and `after`. "
        "The finding says what could stand in the place it points at. A value with blanks or "
        'other special characters is quoted, as in "Oracle Linux". '
        "What can be read around the fault is checked all the same.",
        "platform = CentOS && status = active",
        "platform = CentOS and status = active",
    ),
    Explanation(
        "too-long",
        "the text is longer than is taken in",
        "A bound on the length, 65,536 code points unless it is raised, keeps the cost of a text "
        "that someone else wrote small. Raise it with `--max-length` or `Limits(length=…)`. "
        "The example is checked with a bound of 20.",
        'platform = "Huawei Cloud EulerOS"',
        "platform = CentOS",
        limit=("length", 20),
    ),
    Explanation(
        "too-deep",
        "parentheses and `not` nest deeper than is taken in",
        "Nesting is bounded, at 200 levels unless the bound is raised with `--max-depth` or "
        "`Limits(depth=…)`. Parentheses that change nothing can go. "
        "The example is checked with a bound of 2.",
        "not (not (protected))",
        "not (protected)",
        limit=("depth", 2),
    ),
    Explanation(
        "too-many",
        "there are more conditions than are taken in",
        "The number of conditions is bounded, at 10,000 unless the bound is raised with "
        "`--max-count` or `Limits(count=…)`; each item of an `in` list counts as one. "
        "The example is checked with a bound of 3.",
        "os_bit in (32, 64) and platform = CentOS and status = active",
        "platform = CentOS and status = active",
        limit=("count", 3),
    ),
)

_MEANING = (
    Explanation(
        "unknown-name",
        "no parameter or attribute has this name",
        "A name is that of a request parameter or of an attribute in the response, with or without "
        "its leading underscores and in any letter case. `imsquery spec` lists them all.",
        "platfrom = CentOS",
        "platform = CentOS",
    ),
    Explanation(
        "unknown-function",
        "no function has this name",
        "Functions stand for conditions that are often needed: `supports(kvm)`, "
        "`tagged(team, web)`, `public()`, `shared(accepted)` and others. `imsquery spec` lists "
        "them.",
        "suports(kvm)",
        "supports(kvm)",
    ),
    Explanation(
        "not-a-filter",
        "this parameter does not filter",
        "How many images to list, in which order and from where on are said by clauses behind the "
        "filter: `order by`, `limit` and `after`.",
        "platform = CentOS and limit = 10",
        "platform = CentOS limit 10",
    ),
    Explanation(
        "bad-operator",
        "the type of this parameter does not take the operator",
        "Numbers and times are compared by order (`<`, `between`), texts by pattern (`contains`, "
        "`glob`); a list of values takes only `=`, `!=` and `in`. A name stands alone only if it "
        "is true or false.",
        "name < web",
        "name startswith web",
    ),
    Explanation(
        "bad-value",
        "the parameter cannot have this value",
        "The message says what can be written. Letter case of listed values counts for nothing. "
        "A flag is only ever true: where the answer is no, an image lacks the attribute, and "
        "`not supports(kvm)` asks for that.",
        "architecture = x86_64",
        "architecture = x86",
    ),
    Explanation(
        "unlisted-value",
        "the value is not on a list that is known to grow",
        "The vendor adds platforms and image types now and then, so that a value that is not "
        "listed may be right; more often it is misspelt. `--allow-unlisted`, or "
        "`allow_unlisted=True`, makes this a warning.",
        "platform = Cent_OS",
        "platform = CentOS",
    ),
    Explanation(
        "out-of-range",
        "the number or time is too large or too small",
        "The service takes numbers in a range only, and times of the years 1 to 9999.",
        "min_disk = 20",
        "min_disk = 40",
    ),
    Explanation(
        "bad-arguments",
        "the function is called with the wrong arguments",
        "The message says how it is called. A feature is written without its prefix: "
        "`supports(kvm)`.",
        "tagged()",
        "tagged(team)",
    ),
    Explanation(
        "contradiction",
        "nothing can match",
        "Two conditions that no image meets at once. It is a warning where another branch of an "
        "`or` can still match. For one of several values write `in`.",
        "platform = CentOS and platform = Ubuntu",
        "platform in (CentOS, Ubuntu)",
    ),
    Explanation(
        "mutually-exclusive",
        "the service never gives both attributes to one image",
        "By the service's reference an image marked for this feature is not marked for that one, "
        "so that both together find nothing.",
        "supports(xen, xen_hana)",
        "supports(xen_hana)",
    ),
    Explanation(
        "requires",
        "the condition is answered only together with another",
        "The service looks at whether a shared image was accepted only where shared images are "
        "asked for. `shared(accepted)` says all of it.",
        "member_status = accepted",
        "member_status = accepted and visibility = shared",
    ),
    Explanation(
        "bare-metal-flavor",
        "no image is found by a bare-metal flavor",
        "Images for bare metal are marked with the board type of the flavor, which is made of the "
        "parts of its name.",
        "flavor_id = physical.s4.large",
        "supports(s4l)",
    ),
    Explanation(
        "impossible-name",
        "no image has such a name",
        "A warning: `=` compares the whole name, and image names cannot have these characters or "
        "this length. A pattern is written with `glob`.",
        'name = "CentOS*"',
        'name glob "CentOS*"',
    ),
    Explanation(
        "legacy-tag",
        "the tag is written in the old form",
        "A warning: tags were once written `key.value` and are found as `key=value`.",
        'tag = "team.web"',
        'tag = "team=web"',
    ),
    Explanation(
        "mixed-and-or",
        "`and` meets `or` without parentheses",
        "A warning: `and` binds tighter than `or`. Parentheses show whether that was meant.",
        "status = active and os_bit = 64 or os_bit = 32",
        "(status = active and os_bit = 64) or os_bit = 32",
    ),
    Explanation(
        "not-observable",
        "only an image could answer this, and none shows it",
        "The service filters by this parameter and yet does not show it in its answer, so that it "
        "can be asked for with `=` and in no other way: not negated, compared or sorted by.",
        "not flavor_id = s6.large.2",
        "flavor_id = s6.large.2",
    ),
)

_TARGET = (
    Explanation(
        "not-expressible",
        "the filter does not fit one request",
        "A request is a conjunction that compares each parameter once, and by `=` unless it is a "
        "time. `compile` makes one request or none; `plan` does any filter with more requests or "
        "with work on the client.",
        "platform = CentOS or platform = Ubuntu",
        "platform = CentOS",
        "compile",
    ),
    Explanation(
        "unknown-sort-key",
        "the server cannot sort by this",
        "The message says what it sorts by. `plan` sorts by anything that images show, on the "
        "client.",
        "platform = CentOS order by updated_at",
        "platform = CentOS order by created_at",
        "compile",
    ),
    Explanation(
        "unbound-placeholder",
        "a placeholder has no value yet",
        "`prepare(text).bind(project=…)` gives each `$name` its value; a value never becomes "
        "syntax, whatever it is.",
        "owner = $project",
        "owner = 0f4c1b2a",
        "compile",
    ),
)

_URL = (
    Explanation(
        "unknown-parameter",
        "the request has no parameter of this name",
        "The service knows its parameters by their full names alone, underscores and letter case "
        "included, and ignores all others: such a filter finds too much.",
        "imagetype=gold&visibility=public",
        "visibility=public",
        "url",
    ),
    Explanation(
        "repeated-parameter",
        "the parameter stands in the query string more than once",
        "The server takes the last one and ignores the rest. It is a warning where all say the "
        "same.",
        "status=queued&status=active",
        "status=active",
        "url",
    ),
    Explanation(
        "empty-value",
        "the parameter has no value",
        "A parameter without a value filters nothing, or everything away; which one is not "
        "documented.",
        "visibility=public&status=",
        "visibility=public",
        "url",
    ),
    Explanation(
        "bad-encoding",
        "the percent-encoding is broken",
        "`%` begins the two hexadecimal digits of a byte, and the bytes are UTF-8. A `%` that is "
        "meant is written `%25`.",
        "owner=50%",
        "owner=50%25",
        "url",
    ),
)

_EXPLANATIONS: Mapping[str, Explanation] = {
    each.code: each for each in (*_SYNTAX, *_MEANING, *_TARGET, *_URL)
}

CODES = tuple(_EXPLANATIONS)
"""Every code that a finding can have: of the text, of its meaning, of ``compile``, of URLs."""
