"""A client of the image list: fetches over HTTP what a plan asks for.

What stands here needs the extra ``http``:

* :class:`imsquery.client.fetching.Fetcher` and :class:`imsquery.client.fetching.AsyncFetcher` give
  the page of a query string, or raise: never a part of one;
* :mod:`imsquery.client.signing` signs requests as the vendor's gateway wants them.

Credentials come from the environment, and go into headers alone.
"""
