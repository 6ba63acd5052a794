"""HTTP in, HTTP out: parsing, authentication, status codes, pages.

No decision about a comment is made here, and nothing here speaks Redis.
"""
