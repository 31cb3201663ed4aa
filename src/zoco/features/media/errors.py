"""What media refuses to take in, or does not have."""

from __future__ import annotations

from zoco.kit.errors import NotFound, TooLarge, Unavailable, Unsupported
from zoco.kit.text import N_


class ImageTooLarge(TooLarge):
    """More bytes than the shop takes in; param `limit` in MB."""

    code = "media.too_large"
    message = N_("This image is larger than {limit} MB. Choose a smaller one.")


class TooManyPixels(TooLarge):
    """More pixels than are ever decoded, whatever the file weighs; param `limit` in millions."""

    code = "media.too_many_pixels"
    message = N_("This image has more than {limit} million pixels. Make it smaller first.")


class NotAnImage(Unsupported):
    """Something else, or a kind of picture that can carry more than pixels, such as SVG."""

    code = "media.not_an_image"
    message = N_("This file is not an image. Choose a JPEG, PNG, WebP, GIF or AVIF file.")


class BrokenImage(Unsupported):
    """It begins like a picture, but cannot be decoded to its end."""

    code = "media.broken_image"
    message = N_("This image is damaged or incomplete. Save it again, or choose another one.")


class ImageUnreachable(Unavailable):
    """A picture at a web address that cannot be had; params `address` and `reason`."""

    code = "media.unreachable"
    message = N_("The image {address} cannot be fetched: {reason}.")

    def __init__(self, address: str, reason: str) -> None:
        super().__init__()
        self.params = {"address": address, "reason": reason}


class PictureMissing(NotFound):
    code = "media.picture_missing"
    message = N_("There is no such picture.")
