"""Pillow as the codec: decodes, and writes anew."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, UnidentifiedImageError
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from zoco.features.media.errors import BrokenImage, ImageTooLarge, NotAnImage, TooManyPixels, millions
from zoco.features.media.models import LARGE, MEDIUM, SMALL
from zoco.features.media.providers.codec import Encoded

# Named by their readers: for a format that nobody imported, Pillow loads all of its forty. That happens only with the
# first picture that is none of these four, since AVIF's decoder alone would weigh more than all of them.
_FORMATS: Final = (*(kind.format for kind in (JpegImageFile, PngImageFile, WebPImageFile, GifImageFile)), "AVIF")
# Only a JPEG is made smaller while it is decoded; the others may have so many times fewer pixels for the same memory.
_COPIES: Final = {"PNG": 2, "GIF": 2, "AVIF": 3, "WEBP": 4}
_BAND: Final = 64  # rows of the result that are converted at once
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Everything that Pillow's readers are known to raise on a file that somebody bent on purpose.
_DAMAGE: Final = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, RuntimeError, struct.error
)  # fmt: skip
_BOMB: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PillowCodec:
    """Decodes with Pillow and writes anew, so that nothing of the original file but its pixels is ever served.

    `max_pixels` is for a JPEG. Whatever comes, four to five bytes of memory for each of them are enough.
    """

    def __init__(self, max_bytes: int, max_pixels: int) -> None:
        self._max_bytes, self._max_pixels = max_bytes, max_pixels

    def encode(self, data: bytes) -> Encoded:
        if len(data) > self._max_bytes:
            raise ImageTooLarge(limit=millions(self._max_bytes))
        try:
            with self._opened(data) as source:
                picture = _decoded(source)
        except _DAMAGE as fault:
            raise BrokenImage from fault
        large = _webp(picture)
        return Encoded(
            width=picture.width,
            height=picture.height,
            small=_webp(_shrunk(picture, SMALL)),
            medium=_webp(_shrunk(picture, MEDIUM)),
            large=large,
        )

    def _opened(self, data: bytes) -> ImageFile.ImageFile:
        """Read the header only, which is where size and format are refused."""
        try:
            source = Image.open(BytesIO(data), formats=_FORMATS)
        except _BOMB as bomb:
            raise TooManyPixels(limit=millions(self._max_pixels)) from bomb
        except UnidentifiedImageError as unknown:
            raise NotAnImage from unknown
        limit = self._max_pixels // _COPIES.get(source.format or "", 1)
        if source.width * source.height > limit:
            raise TooManyPixels(limit=millions(limit))
        return source


def _decoded(source: ImageFile.ImageFile) -> Image.Image:
    """The first frame, at most LARGE, upright, in RGB or RGBA, without anything that is not a pixel."""
    turn = _UPRIGHT.get(source.getexif().get(_ORIENTATION, 1))
    edge = max(source.size)
    if edge > LARGE:
        source.draft(None, (source.width * LARGE // edge * 2, source.height * LARGE // edge * 2))
    source.load()
    picture = _shrunk(_in_colour(source), LARGE)
    if turn is not None:
        picture = picture.transpose(turn)
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    return picture


def _in_colour(source: Image.Image) -> Image.Image:
    """As RGB or RGBA, not much over LARGE; band by band, since a second whole copy would be the largest thing here."""
    mode = "RGBA" if source.has_transparency_data else "RGB"
    factor = max(1, max(source.size) // (2 * LARGE))
    if factor == 1 and source.mode == mode:
        return source
    picture = Image.new(mode, (-(-source.width // factor), -(-source.height // factor)))
    for top in range(0, picture.height, _BAND):
        box = (0, top * factor, source.width, min(source.height, (top + _BAND) * factor))
        picture.paste(_eight_bits(source.crop(box)).convert(mode).reduce(factor), (0, top))
    return picture


def _eight_bits(band: Image.Image) -> Image.Image:
    """Sixteen-bit grey brought down to eight, which a plain conversion would cut off at white."""
    if not band.mode.startswith("I"):
        return band
    return band.convert("I").point(lambda level: level * (1 / 256)).convert("L")


def _shrunk(picture: Image.Image, edge: int) -> Image.Image:
    """With `edge` as its longest edge; itself where it is not longer."""
    longest = max(picture.size)
    if longest <= edge:
        return picture
    size = (max(1, round(picture.width * edge / longest)), max(1, round(picture.height * edge / longest)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=82, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return file.getvalue()
