"""A local image list, for tests and demonstrations: ``GET /v2/cloudimages`` over a catalogue.

What stands here needs the extra ``server``:

* :class:`imsquery.server.catalogue.Catalogue` holds image records in an embedded database;
* :func:`imsquery.server.app.create_app` makes an ASGI application of one;
* :func:`imsquery.server.runner.serve` runs it.

The service is the reference's.  Where the reference is silent, it is Glance, its ancestor:

* an unknown parameter compares a custom attribute of the image, so that a misspelt one finds
  nothing; nothing is filtered that was not asked for, whatever the reference calls a default;
* of a repeated parameter the last one counts, but each ``tag`` must be there;
* the list is ordered by the sort key and then by id, in one direction, and an image without the
  key comes before all others in ascending order;
* ``limit`` is at most 1,000, and a larger one means that; ``marker`` names the image before the
  first one of the page, and one that is not there is an error.
"""
