"""Images like those of a region, generated from a seed.

``python benchmarks/images.py 300`` prints the sample catalogue that ships as
``imsquery/server/data/images.jsonl``; benchmarks generate up to a million images.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Image = dict[str, Any]

_SERVICE = "1f3c9d0a5b7e4c2d8e6f0a1b2c3d4e5f"  # the project that owns public images
_PROJECTS = tuple(f"{number:x}" * 4 for number in (0x7AC31E05, 0x93D2B640, 0x5E10FF72))
_ENTERPRISES = ("4f8a2c1e-7b3d-4e5f-9a6b-1c2d3e4f5a6b", "c0ffee11-2233-4455-8677-8899aabbccdd")
_KEYS = ("9d1c4c66-31a5-4f0e-8a55-0d6a0e9d7c11", "27b3e0b2-58c4-4c7e-b6f5-6a8f1f2d3c44")
_EPOCH = datetime(2016, 3, 1, 8, tzinfo=UTC)
_END = datetime(2026, 3, 1, tzinfo=UTC)
_LATER = 90 * 86_400  # seconds after which they are no longer updated

# Platform, operating system, names of versions.
_SYSTEMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("CentOS", "Linux", ("6.10", "7.3", "7.6", "7.9", "8.2")),
    ("Ubuntu", "Linux", ("16.04 server", "18.04 server", "20.04 server", "22.04 server",
                         "24.04 server")),
    ("Huawei Cloud EulerOS", "Linux", ("2.0 Standard",)),
    ("EulerOS", "Linux", ("2.5", "2.9", "2.10")),
    ("Debian", "Linux", ("9.0.0", "10.7.0", "11.1.0", "12.0.0")),
    ("RedHat", "Linux", ("7.9", "8.4", "9.0")),
    ("SUSE", "Linux", ("Enterprise 12 SP5", "Enterprise 15 SP4")),
    ("OpenSUSE", "Linux", ("15.0",)),
    ("Oracle Linux", "Linux", ("7.6", "8.5")),
    ("Fedora", "Linux", ("29", "38")),
    ("CoreOS", "Linux", ("1800.1.0",)),
    ("openEuler", "Linux", ("20.03", "22.03")),
    ("Windows", "Windows", ("Server 2012 R2 Standard", "Server 2016 Datacenter",
                            "Server 2019 Standard", "Server 2022 Datacenter")),
    ("Other", "Other", ("FreeBSD 13.1",)),
)  # fmt: skip
# Year of release, of versions newer than the oldest images.
_RELEASED = {
    "6.10": 2018, "7.6": 2018, "18.04 server": 2018,
    "7.9": 2020, "8.2": 2020, "20.04 server": 2020, "22.04 server": 2022, "24.04 server": 2024,
    "2.0 Standard": 2021, "2.9": 2020, "2.10": 2021, "10.7.0": 2021, "11.1.0": 2021, "12.0.0": 2023,
    "8.4": 2021, "9.0": 2022, "Enterprise 15 SP4": 2022, "8.5": 2021, "29": 2019, "38": 2023,
    "20.03": 2020, "22.03": 2022, "Server 2019 Standard": 2019, "Server 2022 Datacenter": 2021,
    "FreeBSD 13.1": 2022,
}  # fmt: skip
_TEAMS = ("web", "payments", "search", "ml", "billing", "edge", "数据", "build")
_STAGES = ("dev", "test", "prod")
_FLAVORS = ("s6.large.2", "s6.xlarge.4", "c6.xlarge.2", "c7.2xlarge.4", "m6.2xlarge.8")
_ARM_FLAVORS = ("kc1.large.2", "kc1.xlarge.4", "km1.2xlarge.8")
_BOARDS = ("s3l", "s4l", "m2m", "h2l", "io2xl", "kl13xl")
_KVM_GPUS = ("V100_vGPU", "P2V_V100", "P100", "V100", "M60")


class _Draw:
    """Random choices that are the same on every platform and version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # the one method whose sequence is guaranteed

    def below(self, count: int) -> int:
        return int(self._random() * count)

    def one(self, items: tuple[Any, ...]) -> Any:
        return items[self.below(len(items))]

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def digits(self, count: int) -> str:
        return "".join([f"{self.below(65536):04x}" for _ in range(-(-count // 4))])[:count]

    def uuid(self) -> str:
        text = self.digits(32)
        variant = "89ab"[self.below(4)]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def images(count: int, seed: int = 2) -> Iterator[Image]:
    """Yield images; those of a smaller count are the first of a larger one."""
    draw = _Draw(seed)
    makers = (_public, _private, _private, _private, _shared, _special)
    for number in range(count):
        # First as many public images as a region has, then what its tenants add.
        maker = _public if number < 90 else makers[draw.below(len(makers))]
        yield maker(draw, number)


def _base(draw: _Draw) -> Image:
    """Return the attributes that every image has."""
    identity = draw.uuid()
    return {
        "id": identity,
        "schema": "/v2/schemas/image",
        "self": f"/v2/images/{identity}",
        "file": f"/v2/images/{identity}/file",
        "status": "active",
        "visibility": "private",
        "protected": False,
        "container_format": "bare",
        "disk_format": "zvhd2",
        "min_ram": draw.one((0, 0, 0, 1024, 2048, 4096)),
        "min_disk": draw.one((40, 40, 40, 60, 100, 200, 1024)),
        "size": 0,
        "virtual_size": None,
        "checksum": "d41d8cd98f00b204e9800998ecf8427e",
        "tags": [],
        **_times(draw, _EPOCH),
        "virtual_env_type": "FusionCompute",
        "__imagetype": "private",
        "__isregistered": "true",
        "__image_source_type": "uds",
        "__image_size": str(draw.below(40_000) * 1_048_576),
        "__lazyloading": draw.one(("true", "true", "True")),
        "__sequence_num": "0",
        "__root_origin": "file",
        "hw_firmware_type": "bios",
        "__whole_image": False,
    }


def _times(draw: _Draw, earliest: datetime) -> Image:
    span = int((_END - earliest).total_seconds())
    made = earliest + timedelta(seconds=draw.below(span))
    changed = made + timedelta(seconds=draw.below(_LATER) if draw.chance(70) else 0)
    stamps = {"created_at": made, "updated_at": changed, "active_at": made}
    return {name: _stamp(moment) for name, moment in stamps.items()}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _system(draw: _Draw, image: Image) -> str:
    """Set the operating system of an image, and return its name."""
    platform, kind, versions = draw.one(_SYSTEMS)
    version = draw.one(versions)
    bits = "32" if kind == "Linux" and draw.chance(4) else "64"
    name = f"{platform} {version} {bits}bit" if kind != "Other" else f"{version} {bits}bit"
    if version in _RELEASED:
        image |= _times(draw, datetime(_RELEASED[version], 6, 1, tzinfo=UTC))
    image |= {
        "__platform": platform,
        "__os_type": kind,
        "__os_bit": bits,
        "__os_version": name,
        "__support_fc_inject": "true" if kind != "Windows" else "false",
        "hw_vif_multiqueue_enabled": draw.one(("true", "True", "false")),
    }
    if draw.chance(60):
        image["__support_agent_list"] = draw.one(("hss,ces", "ces", "hss"))
    return name


def _hardware(draw: _Draw, image: Image) -> str:
    """Set the hardware of an image, and return the end of its name."""
    if image["__os_type"] == "Linux" and image["__os_bit"] == "64" and draw.chance(15):
        image |= {"__support_arm": "true", "__support_kvm": "true", "hw_firmware_type": "uefi"}
        image["flavor_id"] = list(_ARM_FLAVORS[: 1 + draw.below(len(_ARM_FLAVORS))])
        return " with ARM"
    image["__support_amd"] = draw.one(("true", "false"))
    image["flavor_id"] = list(_FLAVORS[: 1 + draw.below(len(_FLAVORS))])
    if draw.chance(8):
        image["__support_kvm_gpu_type"] = draw.one(_KVM_GPUS)
        return f" for {image['__support_kvm_gpu_type'].replace('_', ' ')}"
    if draw.chance(3):
        image["__support_xen_gpu_type"] = "M60_vGPU"
        return " for M60 vGPU"
    if draw.chance(3):
        image["__support_xen_hana"] = "true"
        return " for HANA"
    image["__support_kvm"] = draw.one(("true", "true", "True"))
    if draw.chance(20):
        image["__support_xen"] = "true"
    elif draw.chance(10):
        image["__support_kvm_infiniband"] = "true"
    for feature in ("largememory", "diskintensive", "highperformance"):
        if draw.chance(12):
            image[f"__support_{feature}"] = "true"
    if draw.chance(25):
        image["hw_firmware_type"] = "uefi"
        return " with uefi"
    return ""


def _public(draw: _Draw, number: int) -> Image:
    image = _base(draw)
    name = _system(draw, image)
    image |= {"owner": _SERVICE, "visibility": "public", "protected": True, "__imagetype": "gold"}
    del image["__root_origin"]
    if number % 9 == 8:
        image["virtual_env_type"] = "Ironic"
        for board in _BOARDS[: 1 + draw.below(len(_BOARDS))]:
            image[f"__support_{board}"] = "true"
        return image | {"name": f"{name} for BareMetal"}
    return image | {"name": name + _hardware(draw, image)}


def _private(draw: _Draw, number: int) -> Image:
    image = _base(draw)
    system = _system(draw, image)
    _hardware(draw, image)
    del image["flavor_id"]  # only public images are found by flavor
    team, stage = draw.one(_TEAMS), draw.one(_STAGES)
    image |= {
        "name": f"{team}-{stage}-{number:06}",
        "owner": draw.one(_PROJECTS),
        "__description": f"{team} on {system}" if draw.chance(50) else "",
        "__data_origin": "server_backup," + draw.uuid(),
        "__originalimagename": draw.uuid(),
        "__system_support_market": draw.chance(30),
        "status": draw.one(("active",) * 16 + ("queued", "saving")),
    }
    # Older tags separate key and value by a dot rather than an equals sign.
    separator = "=" if image["created_at"] >= "2022" else "."
    image["tags"] = [f"team{separator}{team}", f"stage{separator}{stage}"][: draw.below(3)]
    if draw.chance(10):
        image["tags"].append("keep")
    if draw.chance(40):
        image["enterprise_project_id"] = draw.one(("0", *_ENTERPRISES))
    if draw.chance(10):
        image["__system__cmkid"] = draw.one(_KEYS)
    if draw.chance(10):
        image |= {"__whole_image": True, "__backup_id": draw.uuid()}
    return image


def _shared(draw: _Draw, number: int) -> Image:
    return _private(draw, number) | {
        "visibility": "shared",
        "__imagetype": "shared",
        "status": "active",
        "member_status": draw.one(("accepted", "accepted", "rejected", "pending")),
    }


def _special(draw: _Draw, number: int) -> Image:
    """Return a data disk, an ISO file or a market product."""
    image = _base(draw) | {"owner": draw.one(_PROJECTS), "min_ram": 0}
    kind = draw.below(3)
    if kind == 0:
        image |= {
            "virtual_env_type": "DataImage",
            "name": f"data-{number:06}",
            "__os_type": "Linux",
        }
        return image | {"disk_format": draw.one(("zvhd2", "vhd", "qcow2", "raw", "zvhd"))}
    system = _system(draw, image)
    if kind == 1:
        image |= {"virtual_env_type": "IsoImage", "disk_format": "iso"}
        return image | {"name": f"{system} install", "__sequence_num": "1"}
    _hardware(draw, image)
    image |= {"owner": _SERVICE, "visibility": "public", "__imagetype": "market"}
    product = f"00301-{draw.below(999_999):06}-0--0"
    shelf = draw.one(("false", "false", "true"))
    image |= {"__productcode": product, "__is_offshelved": shelf, "__account_code": product}
    return image | {"name": f"LAMP stack {number:06}", "protected": True}


def main(count: int) -> None:
    """Print images as JSON Lines."""
    for image in images(count):
        sys.stdout.write(json.dumps(image, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
