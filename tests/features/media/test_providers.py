"""The picture pipeline: what is refused, and that nothing but pixels comes out."""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO

import pytest
from PIL import Image

from zoco.features.media.errors import BrokenImage, ImageTooLarge, NotAnImage, TooManyPixels
from zoco.features.media.providers import Encoded
from zoco.features.media.providers.pillow import PillowCodec

CODEC = PillowCodec(max_bytes=2_000_000, max_pixels=20_000_000)


def file_of(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def png_claiming(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has nothing to show for it."""
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    idat = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = b"".join(
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (ihdr, idat, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_common_kind_becomes_webp_in_three_sizes(kind: str) -> None:
    made = CODEC.encode(file_of(gradient(2000, 1000), kind))
    sizes = [opened(data) for data in (made.small, made.medium, made.large)]
    assert [p.format for p in sizes] == ["WEBP"] * 3
    assert [p.size for p in sizes] == [(320, 160), (800, 400), (1600, 800)]
    assert (made.width, made.height) == (1600, 800)


def test_a_small_picture_is_never_enlarged() -> None:
    made = CODEC.encode(file_of(gradient(100, 50), "PNG"))
    assert {opened(data).size for data in (made.small, made.medium, made.large)} == {(100, 50)}
    assert (made.width, made.height) == (100, 50)


def test_a_thread_of_a_picture_keeps_one_pixel() -> None:
    made = CODEC.encode(file_of(Image.new("RGB", (1, 5000)), "PNG"))
    assert opened(made.small).size == (1, 320)


def test_the_same_bytes_give_the_same_answer() -> None:
    data = file_of(gradient(1000, 700), "JPEG")
    assert CODEC.encode(data) == CODEC.encode(data)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_whatever_way_the_camera_was_held(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.new("RGB", (200, 100), "white")
    picture.paste("black", (0, 0, 100, 50))
    made = CODEC.encode(file_of(picture, "JPEG", exif=exif.tobytes(), quality=95))
    large = opened(made.large).convert("L")
    assert large.size == ((200, 100) if orientation < 5 else (100, 200))
    w, h = large.size
    corners = [large.getpixel((x, y)) for x, y in ((5, 5), (w - 5, 5), (w - 5, h - 5), (5, h - 5))]
    dark = {1: 0, 2: 1, 3: 2, 4: 3, 5: 0, 6: 1, 7: 2, 8: 3}[orientation]
    assert [value for value in range(4) if float(str(corners[value])) < 64] == [dark]


def test_no_metadata_survives() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    data = file_of(
        gradient(300, 300), "JPEG", exif=exif.tobytes(), comment=b"SECRET-NOTE", icc_profile=b"SECRET-PROFILE" * 20
    )
    made = CODEC.encode(data + b"<script>SECRET-TAIL</script>")
    for size in (made.small, made.medium, made.large):
        assert b"SECRET" not in size
        assert not {"exif", "icc_profile", "xmp"} & set(opened(size).info)


def test_alpha_is_kept_where_it_is_seen_and_dropped_where_it_is_not() -> None:
    seen = Image.new("RGBA", (50, 50), (255, 0, 0, 0))
    opaque = Image.new("RGBA", (50, 50), (255, 0, 0, 255))
    assert opened(CODEC.encode(file_of(seen, "PNG")).large).mode == "RGBA"
    assert opened(CODEC.encode(file_of(opaque, "PNG")).large).mode == "RGB"


def test_a_colour_that_stands_for_nothing_becomes_alpha() -> None:
    data = file_of(Image.new("RGB", (50, 50), "red"), "PNG", transparency=(255, 0, 0))
    assert opened(CODEC.encode(data).large).mode == "RGBA"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "CMYK"])
def test_every_colour_mode_is_read(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "GIF" if mode == "PA" else "PNG"
    made = CODEC.encode(file_of(gradient(4000, 300, mode.replace("PA", "P")), kind))
    assert opened(made.large).size == (1600, 120)


def test_sixteen_bit_grey_is_not_cut_off_at_white() -> None:
    grey = Image.new("I;16", (64, 64), 0x8000)
    pixel = opened(CODEC.encode(file_of(grey, "PNG")).large).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert all(abs(level - 128) <= 3 for level in pixel[:3])


def test_only_the_first_frame_of_a_moving_picture_is_taken() -> None:
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "blue", "green")]
    data = file_of(frames[0], "GIF", save_all=True, append_images=frames[1:])
    made = CODEC.encode(data)
    pixel = opened(made.large).getpixel((30, 30))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200
    assert getattr(opened(made.large), "n_frames", 1) == 1


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(ImageTooLarge, match="larger than 2 MB"):
        CODEC.encode(b"\xff\xd8" + b"\0" * 2_000_000)


def test_a_limit_is_a_number_that_each_language_writes() -> None:
    with pytest.raises(ImageTooLarge) as refusal:
        PillowCodec(10_485_760, 1_000_000).encode(bytes(10_485_761))
    assert refusal.value.params == {"limit": 10.5}


@pytest.mark.parametrize("side", [5_000, 12_000, 60_000])
def test_a_bomb_is_refused_by_its_header(side: int) -> None:
    with pytest.raises(TooManyPixels, match="million pixels"):
        CODEC.encode(png_claiming(side, side))


def test_a_kind_whose_decoder_needs_more_memory_may_have_fewer_pixels() -> None:
    codec = PillowCodec(max_bytes=2_000_000, max_pixels=90_000)
    assert codec.encode(file_of(gradient(300, 300), "JPEG")).width == 300
    for kind in ("PNG", "GIF", "AVIF", "WEBP"):
        with pytest.raises(TooManyPixels):
            codec.encode(file_of(gradient(300, 300), kind))


def test_a_bomb_is_refused_without_warnings_as_errors_too() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(TooManyPixels):
            CODEC.encode(png_claiming(12_000, 12_000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7\n",
        b"GIF89a",
        b"PK\x03\x04" + b"\0" * 100,
        b"<html>\xff\xd8\xff\xe0",
    ],
)
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        CODEC.encode(data)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PDF"])
def test_kinds_that_the_shop_does_not_take_are_refused_although_pillow_reads_them(kind: str) -> None:
    with pytest.raises(NotAnImage):
        CODEC.encode(file_of(gradient(50, 50), kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_file_is_refused(kind: str) -> None:
    noise = Image.effect_noise((400, 400), 80).convert("RGB")
    data = file_of(noise, kind)
    with pytest.raises((BrokenImage, NotAnImage)) as refused:
        CODEC.encode(data[: len(data) // 2])
    assert refused.value.code in {"media.broken_image", "media.not_an_image"}


def test_a_picture_without_its_pixels_is_broken() -> None:
    with pytest.raises(BrokenImage):
        CODEC.encode(png_claiming(400, 400))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_bent_files_are_decoded_or_refused_and_nothing_else(kind: str) -> None:
    whole = bytearray(file_of(gradient(64, 64), kind))
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        bent = bytes(whole[:place]) + bytes([whole[place] ^ 0xFF]) + bytes(whole[place + 1 :])
        try:
            assert isinstance(CODEC.encode(bent), Encoded)
        except (BrokenImage, NotAnImage, TooManyPixels):
            continue
