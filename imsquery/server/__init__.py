"""A local image list for tests and demonstrations: ``GET /v2/cloudimages`` over a catalogue.

It needs the extra ``server``.

* :class:`imsquery.server.catalogue.Catalogue` holds image records in an embedded database;
* :func:`imsquery.server.app.create_app` makes an ASGI application of it;
* :func:`imsquery.server.runner.serve` runs the application.

The service behaves as the reference says.  Where the reference is silent, it behaves like Glance,
which the real service descends from:

* an unknown parameter compares a custom attribute of the image, so that a misspelled one finds
  nothing; no filter applies unless it is asked for, whatever the reference calls a default;
* the last occurrence of a repeated parameter counts, but an image must have every ``tag``;
* the list is sorted by the sort key and then by id, in the same direction; an image without the
  key comes before all others in ascending order;
* ``limit`` is capped at 1,000; ``marker`` is the id of the image before the first one on the page,
  and an unknown one is an error.
"""
