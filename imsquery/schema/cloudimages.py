"""The spec that counts where none is named: the image list of Huawei Cloud."""

from __future__ import annotations

from imsquery.schema.huaweicloud import TABLE
from imsquery.schema.spec import Spec

CLOUDIMAGES = Spec(**TABLE)
