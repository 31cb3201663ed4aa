"""What media refuses to take in, or does not have."""

from __future__ import annotations

from zoco.kit.errors import NotFound, TooLarge, Unsupported
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


class ImageUnreachable(NotFound):
    """Nothing can be fetched from this server, now; param `host`."""

    code = "media.unreachable"
    message = N_("{host} does not answer, so the image was not fetched.")


class HostUnknown(ImageUnreachable):
    code = "media.host_unknown"
    message = N_("There is no server called {host}, so the image was not fetched.")


class HostNotPublic(ImageUnreachable):
    """It lies in somebody's own network, perhaps in ours."""

    code = "media.host_not_public"
    message = N_("{host} is no public server, so the image was not fetched.")


class ImageNotServed(NotFound):
    """The server answers, but not with the image; params `host` and `status`. A redirect is not followed."""

    code = "media.not_served"
    message = N_("{host} answered {status} in place of the image.")


class PictureMissing(NotFound):
    code = "media.picture_missing"
    message = N_("There is no such picture.")


def millions(number: int) -> float:
    """In three digits, as a number: each language writes it in its way."""
    told = float(f"{number / 1_000_000:.3g}")
    return int(told) if told.is_integer() else told
