"""A person's file → a `Table` of numbers in time order, or an `UploadError` in plain words."""

from lib.uploads.limits import UploadError
from lib.uploads.read import read_upload

__all__ = ["UploadError", "read_upload"]
