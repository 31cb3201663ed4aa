"""How pictures are made safe, how they are fetched from the web, and who has a say in who sees them."""

from zoco.features.media.providers.codec import CodecOnDemand, Encoded, ImageCodec
from zoco.features.media.providers.owners import Owners
from zoco.features.media.providers.web import ImageSource, WebImages

__all__ = ["CodecOnDemand", "Encoded", "ImageCodec", "ImageSource", "Owners", "WebImages"]
