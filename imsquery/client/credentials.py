"""Credentials of the image list, from the environment."""

from __future__ import annotations

import re

from attrs import field, frozen

from imsquery.client.signing import AccessKey

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE = "IMSQUERY_TOKEN"
ACCESS_VARIABLE = "HUAWEICLOUD_SDK_AK"
SECRET_VARIABLE = "HUAWEICLOUD_SDK_SK"
_SECURITY_VARIABLE = "HUAWEICLOUD_SDK_SECURITY_TOKEN"
_PROJECT_VARIABLE = "HUAWEICLOUD_SDK_PROJECT_ID"
_header_value = re.compile(r"[!-~]+").fullmatch


@frozen
class Credentials:
    """A token, or else an access key, or nothing at all."""

    token: str | None = field(default=None, repr=False)
    key: AccessKey | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Credentials:
        """Read the token, or else the variables that the vendor's SDKs read.

        Raises:
            ValueError: a variable contains characters that a header cannot hold, or only one of
                key and secret is set.
        """
        names = (TOKEN_VARIABLE, ACCESS_VARIABLE, SECRET_VARIABLE, _SECURITY_VARIABLE,
                 _PROJECT_VARIABLE)  # fmt: skip
        for name in names:
            if environment.get(name) and not _header_value(environment[name]):
                # HTTP libraries would show the value in their message.
                raise ValueError(f"{name} contains characters that a header cannot hold")
        token, access, secret, security, project = (environment.get(each) or None for each in names)
        if token is not None:
            return cls(token)
        if (access is None) != (secret is None):
            raise ValueError(f"set both {ACCESS_VARIABLE} and {SECRET_VARIABLE}, or neither")
        if access is None or secret is None:
            return cls()
        return cls(None, AccessKey(access, secret, security, project))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must not be shown anywhere."""
        key = self.key
        found = (self.token, *((key.secret, key.security_token) if key else ()))
        return tuple(each for each in found if each)


ANONYMOUS = Credentials()
"""No credentials."""
