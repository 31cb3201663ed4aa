"""How pictures are made safe, and how they are fetched from the web."""

from zoco.features.media.providers.codec import Encoded, ImageCodec, PillowCodec
from zoco.features.media.providers.web import ImageSource, WebImages

__all__ = ["Encoded", "ImageCodec", "ImageSource", "PillowCodec", "WebImages"]
