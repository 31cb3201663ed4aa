"""How pictures are made safe, and how they are fetched from the web."""

from zoco.features.media.providers.codec import CodecOnDemand, Encoded, ImageCodec
from zoco.features.media.providers.web import ImageSource, WebImages

__all__ = ["CodecOnDemand", "Encoded", "ImageCodec", "ImageSource", "WebImages"]
