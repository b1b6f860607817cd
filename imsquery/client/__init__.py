"""A client of the image list: fetches over HTTP the pages that a plan asks for.

It needs the extra ``http``.

* :class:`imsquery.client.fetching.Fetcher` and :class:`imsquery.client.fetching.AsyncFetcher`
  return the whole page of a query string, or raise;
* :mod:`imsquery.client.signing` signs requests for the vendor's API gateway.

Credentials come from the environment, and are only ever sent in headers.
"""
