"""The table: ``GET /v2/cloudimages``, its request parameters and response attributes.

The only place with wire names.  Where facts come from is in :data:`SOURCES`.
"""

from __future__ import annotations

from imsquery.schema.kinds import (
    Boolean,
    Enumeration,
    Flag,
    Flavor,
    Identifier,
    ImageName,
    Integer,
    Project,
    Tag,
    Text,
    Time,
)
from imsquery.schema.parameters import ForeignName, Function, Parameter
from imsquery.schema.versions import Version

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any

_PAGE = "the API reference, “Querying Images”"
SOURCES = {
    "R1": f"{_PAGE}, table 1 (request parameters)",
    "R2": f"{_PAGE}, table 2 (fields of `images` in the response)",
    "RQ": f"{_PAGE}, common queries",
    "RS": f"{_PAGE}, sample response",
    "VALUES": "the API reference, “Values of Related Parameters” (GPU types)",
    "NAMES": "the API reference, “Image Attributes” (characters and length of names)",
    "TAGS": "the API reference, “Image Tag Data Formats”",
    "SDK": "the vendor's generated SDKs for Java and Go, 2026",
    "SITES": "API references of sister sites (Open Telekom Cloud, the edge cloud IEC)",
    "BOARD": "the bare-metal service's FAQ on the board type of a flavor",
    "GLANCE": "the images API v2 of OpenStack Glance, the image service's ancestor",
    "TF": "the vendor's Terraform provider, data sources `images_image` and `images_images`",
    "ZH": f"{_PAGE}, in Chinese: its words for parameters and values",
    "AWS": "EC2's DescribeImages",
    "GCP": "Compute Engine's images.list",
    "OS": "OpenStack's client",
}
"""What the abbreviations in the sources of rows stand for.

The API reference is that of the Image Management Service.
"""

_TEXT = Text()
_ID = Identifier()
_BOOLEAN = Boolean()
_FLAG = Flag()
_TIME = Time()
_COUNT = Integer()
_NUMBER = Integer(None)

# Of an image, `gold` and `public` say the same, each as a value of another parameter.
_IMAGE_TYPE = Enumeration(
    "gold", "private", "shared", "market", is_open=True,
    synonyms={"公共镜像": "gold", "私有镜像": "private", "共享镜像": "shared"},
    related={"public": "gold"},
)  # fmt: skip
_PLATFORM = Enumeration(
    "Windows", "Ubuntu", "RedHat", "SUSE", "CentOS", "Debian", "OpenSUSE", "Oracle Linux",
    "Fedora", "Other", "CoreOS", "EulerOS", "Huawei Cloud EulerOS", "Red Hat", "openEuler",
    is_open=True,
    synonyms={"rhel": "RedHat", "oraclelinux": "Oracle Linux", "oracle": "Oracle Linux"},
)  # fmt: skip
_ARCHITECTURE = Enumeration(
    "x86", "arm",
    synonyms={"x86_64": "x86", "amd64": "x86", "i686": "x86", "i386": "x86", "x64": "x86",
              "aarch64": "arm", "arm64": "arm"},
)  # fmt: skip
_STATUS = Enumeration(
    "queued", "saving", "deleted", "killed", "active",
    synonyms={"ready": "active", "available": "active"},
)  # fmt: skip
_GONE = "the service lists no image in this state"
_VISIBILITY = Enumeration(
    "public", "private", "shared",
    synonyms={"公共镜像": "public", "私有镜像": "private", "共享镜像": "shared"},
    related={"gold": "public"},
)  # fmt: skip
_DISK_FORMAT = Enumeration("vhd", "zvhd", "raw", "qcow2", "iso", "zvhd2", is_open=True)
_OS_TYPE = Enumeration("Linux", "Windows", "Other")
_MEMBER_STATUS = Enumeration("accepted", "rejected", "pending")
_ENVIRONMENT = Enumeration("FusionCompute", "Ironic", "DataImage", "IsoImage")
_XEN_GPU = Enumeration("M60_vGPU", is_open=True)
_KVM_GPU = Enumeration(
    "P4", "M60", "V100_vGPU", "P2V_V100", "P100", "V100", "RTX5000", is_open=True
)  # fmt: skip
_SORT_KEY = Enumeration(
    "name", "container_format", "disk_format", "status", "id", "size", "created_at"
)
_NO_XEN_KVM = ("__support_xen", "__support_kvm")

# One row a line, in the order of the reference: request parameters, then what only a response has.
# fmt: off
# ruff: noqa: E501
_PARAMETERS = (
    Parameter("__isregistered",              _FLAG,                       aliases=("registered", "is_registered"), source="R1, R2; only true may be asked for"),
    Parameter("__imagetype",                 _IMAGE_TYPE,                 aliases=("image_type",), source="R1; market: SDK"),
    Parameter("__whole_image",               _BOOLEAN,                    total=True, observed=None, source="R1; in no response: R2"),
    Parameter("__system__cmkid",             _ID,                         aliases=("cmk_id",), source="R1"),
    Parameter("protected",                   _BOOLEAN,                    total=True, json="boolean", source="R1, R2"),
    Parameter("visibility",                  _VISIBILITY,                 source="R1"),
    Parameter("owner",                       Project(),                   source="R1: a project; its id: RS"),
    Parameter("id",                          _ID,                         sortable=True, source="R1"),
    Parameter("status",                      _STATUS,                     sortable=True, unseen={"deleted": (_GONE, ""), "killed": (_GONE, "")}, source="R1; never listed as deleted or killed: GLANCE"),
    Parameter("name",                        ImageName(),                 sortable=True, source="R1: matched exactly; NAMES"),
    Parameter("flavor_id",                   Flavor(),                    observed=None, multiple=True, goes_with=("__imagetype", "gold"), source="R1: one server flavor, not of bare metal, and public images; in no response: R2"),
    Parameter("container_format",            Enumeration("bare", is_open=True), sortable=True, source="R1"),
    Parameter("disk_format",                 _DISK_FORMAT,                sortable=True, source="R1; zvhd2: its default and RS"),
    Parameter("min_ram",                     _COUNT,                      unit="MB", json="integer", source="R1; compared by equality: GLANCE"),
    Parameter("min_disk",                    Integer(40, 1024),           unit="GB", json="integer", source="R1; compared by equality: GLANCE"),
    Parameter("__os_bit",                    Integer(values=(32, 64)),    source="R1"),
    Parameter("__platform",                  _PLATFORM,                   source="R1; Huawei Cloud EulerOS: SDK; Red Hat, openEuler: SITES"),
    Parameter("marker",                      _ID,                         observed=None, clause="after", source="R1; exclusive: GLANCE"),
    Parameter("limit",                       Integer(1),                  observed=None, clause="limit", json="integer", source="R1; default 500"),
    Parameter("sort_key",                    _SORT_KEY,                   observed=None, clause="order by", source="R1"),
    Parameter("sort_dir",                    Enumeration("asc", "desc"),  observed=None, clause="direction", source="R1; default desc"),
    Parameter("__os_type",                   _OS_TYPE,                    source="R1"),
    Parameter("tag",                         Tag(),                       observed="tags", json="strings", aliases=("tags",), multiple=True, source="R1, R2, TAGS"),
    Parameter("member_status",               _MEMBER_STATUS,              observed=None, requires=("visibility", "shared"), source="R1; in no response: R2"),
    Parameter("__support_kvm",               _FLAG,                       source="R1"),
    Parameter("__support_xen",               _FLAG,                       source="R1"),
    Parameter("__support_largememory",       _FLAG,                       source="R1"),
    Parameter("__support_diskintensive",     _FLAG,                       source="R1"),
    Parameter("__support_highperformance",   _FLAG,                       source="R1"),
    Parameter("__support_xen_gpu_type",      _XEN_GPU,                    excludes=_NO_XEN_KVM, source="R1; VALUES"),
    Parameter("__support_kvm_gpu_type",      _KVM_GPU,                    excludes=_NO_XEN_KVM, source="R1; VALUES; RTX5000: SITES"),
    Parameter("__support_xen_hana",          _FLAG,                       excludes=_NO_XEN_KVM, source="R1"),
    Parameter("__support_kvm_infiniband",    _FLAG,                       excludes=("__support_xen",), source="R1"),
    Parameter("virtual_env_type",            _ENVIRONMENT,                source="R1"),
    Parameter("enterprise_project_id",       _ID,                         scopes=("all_granted_eps",), default="0", unseen={"default": ("the id of the default enterprise project is 0", "0")}, source="R1, R2: 0 or absent is the default project"),
    Parameter("created_at",                  _TIME,                       total=True, sortable=True, source="R1"),
    Parameter("updated_at",                  _TIME,                       total=True, source="R1"),
    Parameter("architecture",                _ARCHITECTURE,               observed="__support_arm", reading={"true": "arm"}, default="x86", source="R1; its attribute: R2, TF"),

    Parameter("file",                        _TEXT,                       operators={}, source="R2"),
    Parameter("size",                        _NUMBER,                     operators={}, json="integer", sortable=True, source="R2: not used at present"),
    Parameter("self",                        _TEXT,                       operators={}, source="R2"),
    Parameter("schema",                      _TEXT,                       operators={}, source="R2"),
    Parameter("checksum",                    _TEXT,                       operators={}, source="R2: not used at present"),
    Parameter("max_ram",                     _NUMBER,                     operators={}, unit="MB", source="R2: a string"),
    Parameter("__os_version",                Version(),                   operators={}, source="R2"),
    Parameter("__description",               _TEXT,                       operators={}, source="R2"),
    Parameter("__image_source_type",         Enumeration("uds", is_open=True), operators={}, source="R2"),
    Parameter("virtual_size",                _NUMBER,                     operators={}, json="integer", source="R2: not used at present; null in RS"),
    Parameter("__originalimagename",         _TEXT,                       operators={}, source="R2"),
    Parameter("__backup_id",                 _ID,                         operators={}, source="R2"),
    Parameter("__productcode",               _ID,                         operators={}, source="R2"),
    Parameter("__image_size",                _NUMBER,                     operators={}, unit="bytes", source="R2: a string"),
    Parameter("__data_origin",               _TEXT,                       operators={}, source="R2"),
    Parameter("__lazyloading",               _BOOLEAN,                    operators={}, source="R2: True or False; true in RS"),
    Parameter("active_at",                   _TIME,                       operators={}, source="R2"),
    Parameter("__os_feature_list",           _TEXT,                       operators={}, source="R2: JSON in a string"),
    Parameter("__system_support_market",     _BOOLEAN,                    operators={}, json="boolean", source="R2"),
    Parameter("__is_offshelved",             _BOOLEAN,                    operators={}, source="R2"),
    Parameter("__root_origin",               Enumeration("file", is_open=True), operators={}, source="R2"),
    Parameter("__sequence_num",              _NUMBER,                     operators={}, source="R2: a string"),
    Parameter("__support_fc_inject",         _BOOLEAN,                    operators={}, source="R2"),
    Parameter("hw_firmware_type",            Enumeration("bios", "uefi", is_open=True), operators={}, source="R2"),
    Parameter("hw_vif_multiqueue_enabled",   _BOOLEAN,                    operators={}, source="R2"),
    Parameter("__support_arm",               _BOOLEAN,                    operators={}, source="R2"),
    Parameter("__support_agent_list",        _TEXT,                       operators={}, source="R2: hss, ces, joined by commas"),
    Parameter("__account_code",              _ID,                         operators={}, source="R2"),
    Parameter("__support_amd",               _BOOLEAN,                    operators={}, source="R2"),
)

_FUNCTIONS = (
    Function("supports",   ("feature",),    (("__support_{0}", "true"),), variadic=True,                                             summary="images with each of these features or board types", source="R1"),
    Function("tagged",     ("key",),        (("tag", "{0}"),),  relation="tagged",                                                   summary="images with a tag of that key, whatever its value", source="TAGS"),
    Function("tagged",     ("key", "value"), (("tag", "{0}={1}"),),                                                                  summary="images with the tag of that value", source="R1, TAGS"),
    Function("public",     (),              (("__imagetype", "gold"), ("visibility", "public"), ("protected", "true")),              summary="public images", source="RQ"),
    Function("owned_by",   ("project",),    (("owner", "{0}"),),                                                                     summary="images of a project", source="RQ"),
    Function("shared",     ("status",),     (("member_status", "{0}"), ("visibility", "shared"), ("__imagetype", "shared")),         summary="shared images: accepted, rejected or pending", source="RQ"),
    Function("bare_metal", ("board",),      (("__imagetype", "gold"), ("__support_{0}", "true"), ("virtual_env_type", "Ironic")),    summary="public images for a bare-metal board type", source="RQ, BOARD"),
)

# Names of other tools and of the Chinese reference.  What is a guess, or chooses among several
# things here, is in `guesses`.
_FOREIGN_NAMES = (
    ForeignName(("os",),                                             ("__os_type", "__platform"),                        source="TF"),
    ForeignName(("distro", "os_distro", "distribution"),             ("__platform",), guesses=("__os_type",),            source="OS"),
    ForeignName(("平台",),                                           ("__platform",),                                    source="ZH"),
    ForeignName(("arch", "os_arch", "架构"),                         ("architecture",),                                  source="AWS, OS; ZH"),
    ForeignName(("image_id", "imageid"),                             ("id",),                                            source="AWS, TF"),
    ForeignName(("image_name", "名称", "镜像名称"),                  ("name",),                                          source="TF; ZH"),
    ForeignName(("project_id", "tenant", "tenant_id", "owners"),     ("owner",),                                         source="AWS, OS"),
    ForeignName(("account",),                                        guesses=("owner",),                                 source="AWS"),
    ForeignName(("created", "creation_date", "creationdate", "creationtimestamp", "创建时间"), ("created_at",),          source="AWS, GCP; ZH"),
    ForeignName(("date",),                                           guesses=("created_at",),                            source="AWS"),
    ForeignName(("updated", "修改时间"),                             ("updated_at",),                                    source="OS; ZH"),
    ForeignName(("state", "状态", "镜像状态"),                       ("status",),                                        source="AWS; ZH"),
    ForeignName(("镜像类型",),                                       ("__imagetype",),                                   source="ZH"),
    ForeignName(("disk", "disk_size", "disksizegb"),                 guesses=("min_disk",),                              source="GCP"),
    ForeignName(("ram", "memory"),                                   guesses=("min_ram",),                               source="OS"),
    ForeignName(("label", "labels", "标签"),                         ("tag",),                                           source="GCP; ZH"),
    ForeignName(("encrypted",),                                      ("cmk_id is present",),                             source="AWS"),
    ForeignName(("is_public", "公共镜像"),                           guesses=("public()",),                              source="AWS, OS; ZH"),
    ForeignName(("private", "私有镜像"),                             guesses=("imagetype = private",),                   source="OS; ZH"),
    ForeignName(("shared", "共享镜像"),                              guesses=("shared(accepted)", "imagetype = shared"), source="OS; ZH"),
    ForeignName(("version",),   note="the version of an image's system is in `os_version`",                              source="GCP"),
    ForeignName(("family",),    note="related images are alike in `platform` and `name`",                                 source="GCP"),
    ForeignName(("publisher",), note="`imagetype` says where an image comes from",                                       source="Azure's images"),
    ForeignName(("zone",),      note="a request is sent to one region, and lists all of its images",                     source="AWS, GCP"),
    ForeignName(("deprecated", "cost"),                                                                                  source="AWS, GCP"),
)
# fmt: on

TABLE: dict[str, Any] = {
    "parameters": _PARAMETERS,
    "functions": _FUNCTIONS,
    "foreign_names": _FOREIGN_NAMES,
    "family": "__support_",
    # SITES, and the sample response.
    "members": ("gpu_t4", "kvm_ascend_310", "kvm_hi1822_hiovs", "kvm_fpga_type"),
    "path": "/v2/cloudimages",
    "host": "https://ims.{region}.myhuaweicloud.com",
}
"""The arguments of the spec."""

# How other tools make the request.
NOT_DEFINED = frozenset({"__whole_image", "__system__cmkid"})
"""Parameters that the vendor's API definitions lack; from them come its SDKs and KooCLI."""

# Source: TF, `images_images`; `__imagetype` is called visibility there.
TERRAFORM_ARGUMENTS = {
    "id": "image_id", "name": "name", "__imagetype": "visibility", "__platform": "os",
    "architecture": "architecture", "virtual_env_type": "image_type",
    "__whole_image": "is_whole_image", "owner": "owner", "flavor_id": "flavor_id", "tag": "tag",
    "__support_agent_list": "__support_agent_list",
    "enterprise_project_id": "enterprise_project_id",
}  # fmt: skip
"""Wire name -> the argument that compares it by ``=``."""
TERRAFORM_EXPRESSIONS = {"name": "name_regex"}
"""Wire name -> the argument that searches it for a regular expression."""
TERRAFORM_SPELLINGS = {("__imagetype", "gold"): "public"}
"""Wire name and value -> how the data source spells the value."""
TERRAFORM_ASKS = {"status": "active", "enterprise_project_id": "all_granted_eps"}
"""Wire name -> the value that the data source asks for, unless an argument says another."""
TERRAFORM_CLAUSES = ("sort_key", "sort_direction")
"""The arguments that order the images."""

REGIONS = (
    "ae-ad-1", "af-north-1", "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "cn-east-2", "cn-east-3", "cn-east-4", "cn-east-5",
    "cn-north-1", "cn-north-11", "cn-north-12", "cn-north-2", "cn-north-4", "cn-north-9",
    "cn-south-1", "cn-south-2", "cn-south-4", "cn-southwest-2", "cn-southwest-3", "eu-west-0",
    "eu-west-101", "la-north-2", "la-south-2", "me-east-1", "my-kualalumpur-1", "na-mexico-1",
    "ru-moscow-1", "sa-brazil-1", "tr-west-1",
)  # fmt: skip
"""Regions to offer; there may be others.  Source: ``ImsRegion`` of the SDK for Python, 2026."""
