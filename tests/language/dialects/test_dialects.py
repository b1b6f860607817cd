"""Texts as people paste them from other tools, and the filter that each is read as."""

from __future__ import annotations

import pytest

from imsquery import check
from imsquery.fixes import mend
from imsquery.language.recovery.dialects.read import read

# fmt: off
# ruff: noqa: E501
JMESPATH = [
    ("images[?name=='x' && contains(tags, 'y')]", "name = x and tags = y"),
    ("[?name=='Ubuntu 22.04']", 'name = "Ubuntu 22.04"'),
    ("data.images[?status == 'active']", "status = active"),
    ("images[?min_ram<=`4096` || !(os_bit=='64' && protected)]", "min_ram <= 4096 or not (os_bit = 64 and protected)"),
    ("images[?protected==`true`] | [0]", "protected = true limit 1"),
    ("sort_by(images[?status=='active'], &created_at)[:5]", "status = active order by created_at asc limit 5"),
    ("reverse(sort_by(images[?status=='active'], &created_at))[0]", "status = active order by created_at desc limit 1"),
    ("images[?starts_with(name, 'Cent') && !ends_with(name, '32bit')]", "name startswith Cent and not name endswith 32bit"),
    ("images[?owner==`null` || cmk_id!=`null`]", "owner is absent or cmk_id is present"),
    ("images[?contains(['CentOS', 'Ubuntu'], platform)]", "platform in (CentOS, Ubuntu)"),
    ('images[?contains(`["CentOS","Ubuntu"]`, platform)]', "platform in (CentOS, Ubuntu)"),
    ("images[?platform==`CentOS`]", "platform = CentOS"),
    ("--query 'images[?`40` < min_disk]'", "min_disk > 40"),
    ("\"images[?contains(name, 'it')]\"", "name contains it"),
    ("images[?(a=='1' || b=='2') && ((c=='3'))]", "(a = 1 or b = 2) and c = 3"),
    ("images[?a=='1' || b=='2' && c=='3']", "a = 1 or (b = 2 and c = 3)"),
    ("max_by(images[?status=='active'], &name)", "status = active order by name desc limit 1"),
    ("reverse(sort_by(images, &name))", "order by name desc"),
    ("images[:5]", "limit 5"),
]
MAPS = [
    ('{"platform": "CentOS", "min_ram": {"$lte": 4096}}', "platform = CentOS and min_ram <= 4096"),
    ('{"$or": [{"platform": "CentOS", "os_bit": "64"}, {"min_disk": {"$gt": 40, "$lt": 100}}]}', "(platform = CentOS and os_bit = 64) or (min_disk > 40 and min_disk < 100)"),
    ('{"platform": {"$in": ["CentOS", "Ubuntu"]}, "status": {"$nin": ["killed", "deleted"]}}', "platform in (CentOS, Ubuntu) and status not in (killed, deleted)"),
    ('{"owner": {"$exists": true}, "cmk_id": null, "name": {"$ne": None}}', "owner is present and cmk_id is absent and name is present"),
    ('{"name": {"$regex": "^Cent", "$options": "i"}}', 'name matches "(?i)^Cent"'),
    ("{name: /^Cent/, created_at: {$gte: ISODate('2018-10-28T00:00:00Z')}}", 'name matches "^Cent" and created_at >= 2018-10-28T00:00:00Z'),
    ("db.images.find({platform: 'CentOS', protected: true})", "platform = CentOS and protected = true"),
    ('{"$nor": [{"a": 1}, {"b": 2}], "$not": {"c": 3}}', "not (a = 1 or b = 2) and not c = 3"),
    ('{"min_ram": {"$not": {"$gt": 4096}}}', "not min_ram > 4096"),
    ('{"tags": {"$all": ["a", "b=c"]}}', 'tags = a and tags = "b=c"'),
    ("{'status': 'active', 'protected': False,}", "status = active and protected = false"),
    ('"status": "active", "visibility": "public"', "status = active and visibility = public"),
    ('"status": "active",\n"visibility": "public",\n', "status = active and visibility = public"),
    ('{"__platform": "CentOS", "created_at": "lt:2018-10-28T00:00:00Z", "limit": 5}', "__platform = CentOS and created_at < 2018-10-28T00:00:00Z and limit = 5"),
    (r'{"name": "a\u00e9\n\"b\""}', r'name = "aé\n\"b\""'),
]
AWS = [
    ("Name=platform,Values=CentOS,Ubuntu Name=tag:team,Values=web", 'platform in (CentOS, Ubuntu) and tag = "team=web"'),
    ("--filters Name=name,Values=amzn2*", "name glob amzn2*"),
    ('--filters "Name=name,Values=CentOS 7*,CentOS 8" "Name=state,Values=available"', '(name = "CentOS 8" or name glob "CentOS 7*") and state = available'),
    ("--filters 'Name=name,Values=\"a,b\",c'", 'name in ("a,b", c)'),
    ("Name=tag-key,Values=team", "tagged(team)"),
    ("name=platform,value=CentOS", "platform = CentOS"),
    ("Name=tag:team,Values=web,api*", 'tag = "team=web" or tag glob "team=api*"'),
    (r"Name=name,Values='a\*b\?'", "name = a*b?"),
    ('[{"Name": "platform", "Values": ["CentOS"]}, {"Name": "owner", "Values": ["a", "b"]}]', "platform = CentOS and owner in (a, b)"),
    ("""--filters '[{"Name": "platform", "Values": ["CentOS"]}]'""", "platform = CentOS"),
    ("Filters=[{'Name': 'name', 'Values': ['ubuntu-*']}]", "name glob ubuntu-*"),
    ("Name=owner,Values=$OWNER", "owner = $OWNER"),
    ("Name=a,Values=x \\\n  Name=b,Values=y", "a = x and b = y"),
]
OPTIONS = [
    ("--__imagetype=gold --status active", "__imagetype = gold and status = active"),
    ("--limit=5", "limit = 5"),
    ("hcloud IMS ListImages --cli-region=cn-north-4 --__imagetype=gold", "__imagetype = gold"),
    ('$ hcloud IMS ListImages \\\n    --__platform="Oracle Linux" \\\n    --tag \'a=b\'', '__platform = "Oracle Linux" and tag = "a=b"'),
    ("status=active --__platform=Ubuntu", "status = active and __platform = Ubuntu"),
    ("platform = CentOS or platform = Ubuntu --status active", "(platform = CentOS or platform = Ubuntu) and status = active"),
    ("not protected --status active", "not protected and status = active"),
    ("--created_at=lt:2018-10-28T00:00:00Z", "created_at < 2018-10-28T00:00:00Z"),
    ('--owner=$OWNER --name "$NAME"', "owner = $OWNER and name = $NAME"),
    ("--protected --name 'it'\"'\"'s'", 'protected and name = "it\'s"'),
    ("hcloud IMS ListImages --tag=a --tag=b", "tag = a and tag = b"),
    ("aws ec2 describe-images --owners self --filters Name=name,Values=x* Name=tag:a,Values=b", 'owners = self and name glob x* and tag = "a=b"'),
    ("openstack image list --property os=linux --status active", "os = linux and status = active"),
]
QUERY_STRINGS = [
    ("__platform=CentOS&created_at=lt:2018-10-28T00:00:00Z&limit=5", "__platform = CentOS and created_at < 2018-10-28T00:00:00Z and limit = 5"),
    ("https://ims.cn-north-4.myhuaweicloud.com/v2/cloudimages?__imagetype=gold&limit=1#top", "__imagetype = gold and limit = 1"),
    ("GET /v2/cloudimages?limit=5&sort_key=name HTTP/1.1", "limit = 5 and sort_key = name"),
    ("curl 'https://example.com/v2/cloudimages?name=a%20b&os_bit=64'", 'name = "a b" and os_bit = 64'),
    ("curl -s -H 'X-Auth-Token: t' \"https://example.com/v2/cloudimages?name=a\"", "name = a"),
    ("?marker=x&limit=5", "marker = x and limit = 5"),
    ("platform=CentOS&amp;status=active", "platform = CentOS and status = active"),
    ("platform=CentOS&status=active", "platform = CentOS and status = active"),
    ("name=%E5%85%AC%E5%85%B1", "name = 公共"),
    ("tag=a=b&os_bit=64", 'tag = "a=b" and os_bit = 64'),
    ("tag=a%3Db&tag=c", 'tag = "a=b" and tag = c'),
    ("created_at=gte%3A2018-10-28T00%3A00%3A00Z&__support_kvm=true", "created_at >= 2018-10-28T00:00:00Z and __support_kvm = true"),
    ("__platform=Oracle+Linux&os_bit=64", '__platform = "Oracle Linux" and os_bit = 64'),
]
LINES = [
    ("platform = CentOS\nstatus = active", "platform = CentOS and status = active"),
    ("platform=CentOS\nos_bit=64\n", "platform = CentOS and os_bit = 64"),
    ('# images\n[images]\nplatform = CentOS  # so\n\n; and\nname = "a b"', 'platform = CentOS and name = "a b"'),
    ("  platform = CentOS\r\n  status = active\r\n", "platform = CentOS and status = active"),
    ("tag = a=b\nname = it's", 'tag = "a=b" and name = "it\'s"'),
    ("sort_dir = asc\nlimit = 5", 'sort_dir = "asc" and limit = 5'),
    ("platform: [CentOS, Ubuntu]", "platform in (CentOS, Ubuntu)"),
    ("platform:\n  - CentOS\n  - 'Oracle Linux'\nstatus: active  # so", 'platform in (CentOS, "Oracle Linux") and status = active'),
    ("---\nplatform: CentOS\nname: CentOS 7.3 64bit", 'platform = CentOS and name = "CentOS 7.3 64bit"'),
    ('tags:\n  team: web\n  env: "prod"', 'tags = "team=web" and tags = "env=prod"'),
    ("---\nname: 'it''s'\ncreated_at: gte:2018-10-28T00:00:00Z", 'name = "it\'s" and created_at >= 2018-10-28T00:00:00Z'),
]
HCL = [
    ('tags = ["a", "b"]', "tags = a and tags = b"),
    ('platform = ["CentOS", "Ubuntu"]', "platform in (CentOS, Ubuntu)"),
    ('platform = "CentOS"\nos_bit   = 64\n\nprotected = true', "platform = CentOS and os_bit = 64 and protected = true"),
    ('filter {\n  name   = "platform"\n  values = ["a", "b"]\n}\nfilter { name = "tag:x"  values = ["web*"] }', 'platform in (a, b) and tag glob "x=web*"'),
    ('properties {\n  key = "v"\n}\nsort_key = "name"\nsort_direction = "desc"', "key = v order by name desc"),
    ('tags = {\n  team = "web" # so\n  "env" = "prod"\n}', 'tags = "team=web" and tags = "env=prod"'),
    ('tags = { team = "web", env = "prod" }', 'tags = "team=web" and tags = "env=prod"'),
    ('owners = [\n  "a",\n  "b",\n]\n\n// so\n/* so */\nstatus = "active"', "owners in (a, b) and status = active"),
]
DOUBTFUL = [
    # `"` encloses names in JMESPath; texts are compared letter by letter there, and moments in MongoDB
    ('images[?name=="x"]', "name = x"),
    ("images[?created_at<='2018-10-28']", "created_at <= 2018-10-28"),
    ('{"created_at": {"$gt": "2018-10-28"}}', "created_at > 2018-10-28"),
    # what is shown of the images is lost
    ("images[?status=='active'].{id: id, name: name}", "status = active"),
    ("images[?status=='active'][].id | length(@)", "status = active"),
    ("sort_by(images[?status=='active'], &created_at)[-1].id", "status = active order by created_at desc limit 1"),
    ("min_by(images[?status=='active'], &name).id", "status = active order by name asc limit 1"),
    # the newest by one of two times, and `visibility` may be the type of an image
    ('name_regex  = "^CentOS \\\\d"\nmost_recent = true', 'name matches "^CentOS \\\\d" order by created_at desc limit 1'),
    ('data "huaweicloud_images_image" "x" {\n  visibility  = "public"\n  most_recent = true\n}\n', "visibility = public order by created_at desc limit 1"),
    ('data "x" "y" {\n  visibility = "public"\n  sort_key = "name"\n}', "visibility = public order by name asc"),
    ('source_image_filter {\n  filters {\n    name = "x"\n  }\n  most_recent = true\n}', "name = x order by created_at desc limit 1"),
    # of the same list in MongoDB, each of them, or one of them
    ('{"platform": ["CentOS", "Ubuntu"]}', "platform in (CentOS, Ubuntu)"),
    ('{"tags": ["a", "b"]}', "tags = a and tags = b"),
    ('{"tags": {"team": "web"}}', 'tags = "team=web"'),
    ("tags: [a, b]", "tags = a and tags = b"),
    # the last one, or any of them
    ("--status active --status queued", "status = active and status = queued"),
    ("status=active&status=queued", "status = active and status = queued"),
    # a space in a query string, and a plus here
    ("name=a+b&os_bit=64", 'name = "a b" and os_bit = 64'),
    ("name=&os_bit=64", 'name = "" and os_bit = 64'),
    # a list or a bound of some services, a text or a name of others
    ("name=in:a,b", "name in (a, b)"),
    ("id=in:%22a%2Cb%22%2Cc&status=in:active", 'id in ("a,b", c) and status = active'),
    ("name=in:&os_bit=64", "name = in: and os_bit = 64"),
    ("name=in:a,&os_bit=64", 'name = "in:a," and os_bit = 64'),
    ("size_min=5&min_disk_max=40&limit=5", "size >= 5 and min_disk <= 40 and limit = 5"),
    ("/v2/images?size_min=5", "size >= 5"),
    # a part of the name in gcloud
    ("name: ubuntu\nstatus: active", "name = ubuntu and status = active"),
    # ascending in Terraform, a parameter in a file of settings
    ('visibility = "public"\nsort_key = "name"', "visibility = public and sort_key = name"),
]
# fmt: on
CERTAIN = [*JMESPATH, *MAPS, *AWS, *OPTIONS, *QUERY_STRINGS, *LINES, *HCL]

NOT_DIALECTS = (
    "images[?name==CentOS]", "images[?description=x]", "a|?name=x",
    # what is said besides the filter would be lost
    "images[?name=='x'][0]", "images[]", "images[*].id", "images[?name=='x'] | sort(@)",
    "hcloud IMS ListImages --status=active --cli-query='images[].id'", "--status=active | jq .",
    "--status=active && --limit=5", "images[?length(name) > `5`]", "images[?a[?b=='c']]",
    "images[?!a == 'b']",
    # broken in any dialect
    "images[?name=='x'", "images[?]", "images[?a && ]", '{"a": }', '{"a": 1 "b": 2}', "{}", "[]",
    '"a": "",\n"b": ",\n"', '{"a": "x\\\ny"}', '{"a": 1, "a": 2}', '{"$x": 1}', '{"a": {"$gt": 1, "b": 2}}', '{"a": {"$options": "i"}}',
    "Name=a,Values=", "Name=a,Values=x,", "Name=a,Values=x, y", "Values=a,Name=b", "--name=a b",
    "--", "a=1&b=%FF", "name=50%", "a: b\n- c", "a = b\na = c", "a = b\nc: d", "platform = []",
    'name = "x${a}"\ny = "b"', "name = var.x\nb = c", 'a = "x" b = "y"',
    # queries in this language, with mistakes
    "platform = [CentOS, Ubuntu]", "platform in [CentOS]", "platform=CentOS & os_bit=64",
    "platform=CentOS&&os_bit=64", "protected&os_bit=64", "(a=1)&(b=2)", "a>=5&b=2", "a=~x&b=1",
    "name='x'&os_bit=64", "platform: CentOS", "platform:CentOS status:active", "name = 'a", "a = ",
    "platform = CentOS and\nstatus = active and\n", "platform = CentOS\nand status = active =",
    "platform = CentOS,\nstatus = active", "platform = CentOS\nmin_ram > 4096 min_disk = 40",
    "name = CentOS 7\nstatus = active", "platform = CentOS status = active\nos_bit = 64",
    "platform = CentOS -- comment", "name CentOS --status active", "platform = CentOS limit 5 --x y",
    "min_disk:[40 TO 100]", "min_disk: [40 TO 100]", "order by name\nlimit 5 x", "platform = {a, b}",
    "contains(name, 'x') and (", "a || b", "{platform = CentOS}", "select * from images where a = 1",
    "status: active AND platform: CentOS", "tags: a\nand b: c", "a: >= 5\nb: 2", "", "\n", "# a",
    'tags = ["a", "b"] and platform = CentOS', 'platform = ["a"] or os_bit = 64', "name = x y --",
)  # fmt: skip


@pytest.mark.parametrize(("text", "written"), CERTAIN)
def test_a_text_of_another_dialect_is_read_as_its_filter(text: str, written: str) -> None:
    reading = read(text)

    assert reading is not None
    assert reading.write() == written
    assert reading.is_certain


@pytest.mark.parametrize(("text", "written"), DOUBTFUL)
def test_what_can_be_read_in_two_ways_is_not_certain(text: str, written: str) -> None:
    reading = read(text)

    assert reading is not None
    assert reading.write() == written
    assert not reading.is_certain
    assert {fix.applicability for found in check(text) for fix in found.fixes} == {"suggested"}


@pytest.mark.parametrize("text", NOT_DIALECTS)
def test_no_dialect_is_guessed_at(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("images[?platform=='CentOS']", "JMESPath"),
        ('{"platform": "CentOS"}', "a map"),
        ('{"platform": {"$eq": "CentOS"}}', "a MongoDB filter"),
        ("Name=platform,Values=CentOS", "an AWS filter"),
        ("Name=platform,Values=CentOS Name=os_bit,Values=64", "a list of AWS filters"),
        ("--platform CentOS", "a command line"),
        ("__platform=CentOS&os_bit=64", "a query string"),
        ("/v2/cloudimages?platform=CentOS&os_bit=64", "a URL"),
        ("platform = CentOS\nos_bit = 64", "a list of `name = value` lines"),
        ("---\nplatform: CentOS\nos_bit: 64", "YAML"),
        ('data "x" "y" {\n  platform = "CentOS"\n}', "HCL"),
    ],
)
def test_one_finding_says_what_the_text_is_and_its_fix_is_the_filter(
    text: str, dialect: str
) -> None:
    (found,) = check(text)

    assert found.code == "syntax"
    assert found.message == f"this is {dialect}, not a query"
    assert (found.span.start, found.span.end) == (0, len(text))
    assert found.fixes[0].applicability == "safe"
    assert check(found.fixes[0].apply(text)) == ()


def test_other_findings_point_at_what_was_written_and_wait_for_that_fix() -> None:
    text = '{"platfrom": "CentOS", "visibility": {"$gt": "public"}}'

    _, name, operator = check(text)

    assert text[name.span.start : name.span.end] == '"platfrom"'
    assert text[operator.span.start : operator.span.end] == '"$gt"'
    assert not name.fixes
    assert mend(text, check)[0] == "platform = CentOS and visibility > public"


def test_parameters_that_are_no_filters_become_clauses() -> None:
    text = "__platform=CentOS&limit=5&marker=x&sort_dir=asc&sort_key=name"

    mended, left = mend(text, check)

    assert mended == "__platform = CentOS order by name asc limit 5 after x"
    assert left == ()
