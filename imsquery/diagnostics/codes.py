"""Explanations of the codes of findings, each with an example and its correction."""

from __future__ import annotations

from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    Check = Literal["plan", "compile", "url"]


class Explanation(Frozen):
    """The meaning of a code.

    Attributes:
        code: the slug.
        summary: a single line.
        text: sentences.
        example: a text with this finding.
        mended: the corrected text.
        found_by: ``plan`` for any check of a filter, ``compile`` for a check that it fits in one
            request, ``url`` for the check of a URL or query string.
        limit: the limit to check the example with, if it exceeds one.
    """

    code: str
    summary: str
    text: str
    example: str
    mended: str
    found_by: Check = "plan"
    limit: tuple[Literal["length", "depth", "count"], int] | None = None


def explain(code: str) -> Explanation:
    """Return the explanation of a code.

    Args:
        code: the slug, in any letter case.

    Raises:
        KeyError: the code is unknown.
    """
    return _EXPLANATIONS[code.lower()]


_SYNTAX = (
    Explanation(
        "syntax",
        "the text is not a valid filter",
        "A filter consists of conditions, `name operator value`, joined by `and`, `or` and `not`, "
        "with parentheses where needed. `order by`, `limit`, `skip` and `after` go at the end. The "
        "finding says what was expected at that position. Quote values that contain spaces or "
        'other special characters, as in "Oracle Linux". The rest of the text is checked all the '
        "same.",
        "platform = CentOS && status = active",
        "platform = CentOS and status = active",
    ),
    Explanation(
        "too-long",
        "the text is too long",
        "The length of a text is limited, by default to 65,536 code points, so that text from "
        "elsewhere cannot cause much work. Raise the limit with `--max-length` or "
        "`Limits(length=…)`. The example is checked with a limit of 20.",
        "platform = CentOS or platform = CentOS",
        "platform = CentOS",
        limit=("length", 20),
    ),
    Explanation(
        "too-deep",
        "parentheses and `not` are nested too deep",
        "Nesting is limited, by default to 200 levels. Remove parentheses that change nothing, or "
        "raise the limit with `--max-depth` or `Limits(depth=…)`. The example is checked with a "
        "limit of 2.",
        "not (not (protected))",
        "protected",
        limit=("depth", 2),
    ),
    Explanation(
        "too-many",
        "there are too many conditions",
        "The number of conditions is limited, by default to 10,000; each value of an `in` list "
        "counts as one. Raise the limit with `--max-count` or `Limits(count=…)`. The example is "
        "checked with a limit of 3.",
        "os_bit in (32, 64) and platform = CentOS and status = active",
        "platform = CentOS and status = active",
        limit=("count", 3),
    ),
)

_MEANING = (
    Explanation(
        "unknown-name",
        "no parameter or attribute has this name",
        "A name is that of a request parameter, or of an attribute in the response, with or "
        "without its leading underscores and in any letter case. The finding says what is meant by "
        "names that other tools and the Chinese reference use, such as `arch` or `平台`. `imsquery "
        "spec` lists them all.",
        "platfrom = CentOS",
        "platform = CentOS",
    ),
    Explanation(
        "unknown-function",
        "no function has this name",
        "Functions are short for common conditions: `supports(kvm)`, `tagged(team, web)`, "
        "`public()`, `shared(accepted)` and others. `imsquery spec` lists them all.",
        "suports(kvm)",
        "supports(kvm)",
    ),
    Explanation(
        "not-a-filter",
        "this parameter is not a filter",
        "How many images to list, in which order, and after which one are not conditions. Write "
        "them as clauses at the end of the filter: `limit`, `order by` and `after`.",
        "platform = CentOS and limit = 10",
        "platform = CentOS limit 10",
    ),
    Explanation(
        "bad-operator",
        "the operator does not apply to this type",
        "The message lists the operators that do. Numbers, times and versions can be compared by "
        "order (`<`, `between`), and text by pattern (`contains`, `glob`). Only a Boolean or a "
        "flag can be used without an operator. `ignoring case` goes with `=`, `!=`, `in` and the "
        "matching operators.",
        "name < web",
        "name startswith web",
    ),
    Explanation(
        "bad-value",
        "the parameter cannot have this value",
        "The message says which values are possible. The letter case of listed values is ignored. "
        "A number may have a unit where its parameter has one, as in `min_ram = 4GB`; all are "
        "powers of 1,024, and the value must be whole in the unit of the parameter. "
        "A flag can only be true: an image for which the answer is no lacks the attribute, so "
        "write `not supports(kvm)` to find it.",
        "architecture = x86_64",
        "architecture = x86",
    ),
    Explanation(
        "unlisted-value",
        "the value is not in an open list",
        "The vendor adds platforms and image types from time to time. A value that is not listed "
        "may be right, but is more often misspelled. `--allow-unlisted`, or "
        "`allow_unlisted=True`, turns the error into a warning. Features of `supports` are such a "
        "list, too: one that is a slip away from a listed one is an error, a board type of bare "
        "metal, such as `s4l`, is fine, and any other is a warning.",
        "platform = Cent_OS",
        "platform = CentOS",
    ),
    Explanation(
        "out-of-range",
        "the number or time is out of range",
        "The service accepts only numbers in a certain range, and only times in the years 1 to "
        "9999. Numbers that are compared by order (`<`, `between`) may lie outside their range.",
        "min_disk = 20",
        "min_disk = 40",
    ),
    Explanation(
        "bad-arguments",
        "the function is called with the wrong arguments",
        "The message shows how to call the function. Write a feature without its prefix: "
        "`supports(kvm)`.",
        "tagged()",
        "tagged(team)",
    ),
    Explanation(
        "contradiction",
        "nothing can match",
        "No image can meet both conditions. In one branch of an `or` this is a warning, since "
        "another branch can still match. Use `in` to accept any of several values. A plan of a "
        "filter that cannot match has no requests.",
        "platform = CentOS and platform = Ubuntu",
        "platform in (CentOS, Ubuntu)",
    ),
    Explanation(
        "mutually-exclusive",
        "no image has both attributes",
        "According to the reference of the service, an image marked for one of these features is "
        "never marked for the other, so both conditions together find nothing. In one branch of an "
        "`or` this is a warning, since another branch can still match.",
        "supports(xen, xen_hana)",
        "supports(xen_hana)",
    ),
    Explanation(
        "requires",
        "the condition only works together with another",
        "The service looks at the member status of an image only if shared images are asked for. "
        "`shared(accepted)` asks for all that is needed.",
        "member_status = accepted",
        "member_status = accepted and visibility = shared",
    ),
    Explanation(
        "bare-metal-flavor",
        "no image is found by a bare-metal flavor",
        "Images for bare metal are marked with the board type of the flavor, which is made up of "
        "the parts of its name.",
        "flavor_id = physical.s4.large",
        "supports(s4l)",
    ),
    Explanation(
        "never-matches",
        "no image is found by this value",
        "A warning: the value is legal, but documented to find nothing: an owner that is no "
        "project id, several ids in one value, a state in which images are not listed, or a flavor "
        "together with images that are not public. It is fine where it is negated.",
        "enterprise_project_id = default",
        "enterprise_project_id = 0",
    ),
    Explanation(
        "literal-pattern",
        "a pattern is compared letter by letter",
        "A warning: `=`, `in`, `contains`, `startswith` and `endswith` take every character as "
        "itself. Use `glob` for patterns of `*` and `?`, and `matches` for regular expressions, "
        "such as those with `[…]`, which `glob` does not know.",
        'os_version = "CentOS 7*"',
        'os_version glob "CentOS 7*"',
    ),
    Explanation(
        "impossible-name",
        "no image has such a name",
        "A warning: `=` compares the whole name, and image names cannot contain these characters, "
        "or be this long. Use `glob` or `matches` to match a pattern.",
        'name = "CentOS*"',
        'name glob "CentOS*"',
    ),
    Explanation(
        "literal-pattern",
        "the operator compares letter by letter",
        "A warning: `=` and `in` compare the whole text, so that a version alone equals no longer "
        "text that states it. Use `<`, `<=`, `>`, `>=` or `between` to compare the version in a "
        "text; a version stands for all that begin with it.",
        "os_version = 22.04",
        "os_version between 22.04 and 22.04",
    ),
    Explanation(
        "literal-null",
        "the value is a text, not the lack of one",
        "A warning: this language has no `null`, so that the word is a text like any other. "
        "`is absent` finds images without the attribute, `is present` those with it.",
        "description = null",
        "description is absent",
    ),
    Explanation(
        "legacy-tag",
        "the tag is in the old form",
        "A warning: tags were once written `key.value`, and are found as `key=value`.",
        'tag = "team.web"',
        'tag = "team=web"',
    ),
    Explanation(
        "mixed-and-or",
        "`and` and `or` are mixed without parentheses",
        "A warning: `and` binds more tightly than `or`. Add parentheses to show what is meant.",
        "status = active and os_bit = 64 or os_bit = 32",
        "(status = active and os_bit = 64) or os_bit = 32",
    ),
    Explanation(
        "repeated-key",
        "the images are sorted by this already",
        "A warning: images that an earlier key leaves in a tie have the same value, so a second "
        "place of the same key makes no difference. It is dropped.",
        "all order by platform, name, platform desc",
        "all order by platform, name",
    ),
    Explanation(
        "not-observable",
        "image records do not show this parameter",
        "The service can filter by this parameter, but does not include it in image records. It "
        "can only be compared with `=`: it cannot be negated, compared in other ways, sorted by, "
        "or grouped by.",
        'flavor_id glob "s6.large.*"',
        "flavor_id = s6.large.2",
    ),
)

_TARGET = (
    Explanation(
        "not-expressible",
        "the filter does not fit in one request, the engine or the tool",
        "A request joins its conditions with `and`, and compares each parameter only once, with "
        "`=` unless it is a time. The server compares texts with their letter case, and whole "
        "tags, not keys. It sorts by one attribute, and neither skips images nor counts them per "
        "group. `compile` makes one request or none; `plan` handles any filter, with "
        "several requests or with work on the client. From `sql`, `polars` and `apply`: the engine "
        "lacks something, such as a construct of a regular expression; the message names it. From "
        "`--format` of another tool: the tool lacks a parameter, or asks for more than the filter.",
        "platform = CentOS or platform = Ubuntu",
        "platform = CentOS",
        "compile",
    ),
    Explanation(
        "unknown-sort-key",
        "the server cannot sort by this",
        "The message lists what the server can sort by. `plan` sorts by anything that image "
        "records show, on the client.",
        "platform = CentOS order by updated_at",
        "platform = CentOS order by created_at",
        "compile",
    ),
    Explanation(
        "unbound-placeholder",
        "a placeholder has no value",
        "`prepare(text).bind(project=…)` supplies the value of `$project`, and so does "
        "`--set project=…` of a command. A value is never read as syntax, whatever it contains.",
        "owner = $project",
        "owner = 0f4c1b2a",
        "compile",
    ),
)

_URL = (
    Explanation(
        "unknown-parameter",
        "no request parameter has this name",
        "The service knows parameters only by their full names, leading underscores "
        "and letter case included. It ignores all others, so the request finds too much.",
        "imagetype=gold&visibility=public",
        "__imagetype=gold&visibility=public",
        "url",
    ),
    Explanation(
        "repeated-parameter",
        "the parameter appears more than once",
        "The server uses the last value and ignores the others. If all values are the same, this "
        "is a warning.",
        "status=queued&status=active",
        "status=active",
        "url",
    ),
    Explanation(
        "empty-value",
        "the parameter has no value",
        "A parameter without a value either filters nothing or matches nothing; it is not "
        "documented which.",
        "visibility=public&status=",
        "visibility=public",
        "url",
    ),
    Explanation(
        "bad-encoding",
        "the percent-encoding, or the text itself, is not UTF-8",
        "In a URL, two hexadecimal digits must follow each `%`, and the bytes must be UTF-8. Write "
        "`%25` for a percent sign. A file or standard input must be UTF-8, too, or UTF-16 with a "
        "byte order mark; the finding names the first byte that is not, and its line and column.",
        "tag=50%",
        "tag=50%25",
        "url",
    ),
)

_EXPLANATIONS: Mapping[str, Explanation] = {
    each.code: each for each in (*_SYNTAX, *_MEANING, *_TARGET, *_URL)
}

CODES = tuple(_EXPLANATIONS)
"""All codes, in groups: syntax, meaning, ``compile``, URLs."""
