"""What went wrong between us and an SMTP server, told by where it happened and how."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from enum import StrEnum

import aiosmtplib

from zoco.features.mail.models import Fault, Verdict


class Step(StrEnum):
    """The steps of a conversation, in their order."""

    SETTINGS = "settings"
    CONNECT = "connect"
    GREET = "greet"
    ENCRYPT = "encrypt"
    SIGN_IN = "sign in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"


FOR_GOOD = frozenset({Fault.RECIPIENT, Fault.MESSAGE})
"""What no patience cures."""

_NOT_NOW, _PERMANENT = 400, 500  # where SMTP's replies begin to say "later", and "never"
_SIGN_IN_FIRST = 530
_OF_US = {
    Step.RECIPIENT: (re.compile(r"5\.7\.\d|relay", re.IGNORECASE), Fault.RELAY),
    Step.MESSAGE: (re.compile(r"5\.7\.(?:60|2\d)\b|SendAsDenied"), Fault.SENDER),
}
"""What servers say of who sends where others speak of the recipient or the words; of SPF, or as Microsoft does."""
_NOT_TLS = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL")
_OTHER_NAME = (62, 64)  # OpenSSL's codes for a certificate with another host name, another address
_LONGEST = 500
_NOT_PRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_ESCAPED = 0xDC00  # what Python adds to a byte that is not UTF-8
_REFUSALS = {Step.SENDER: Fault.SENDER, Step.RECIPIENT: Fault.RECIPIENT, Step.MESSAGE: Fault.MESSAGE}


def diagnosed(step: Step, error: Exception) -> Verdict:
    """The fault behind what was raised in a step, with the words that came along."""
    return Verdict(fault=_fault(step, error), words=_words(error))


def _fault(step: Step, error: Exception) -> Fault:
    if step is Step.SETTINGS:
        return Fault.SETTINGS
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _refusal(step, error)
    known = (found for cause in _chain(error) if (found := _of_the_network(cause)))
    return next(known, None) or _of_the_talk(step, error)


def _of_the_talk(step: Step, error: Exception) -> Fault:
    """Where the connection itself says nothing more."""
    said = str(error)
    if isinstance(error, TimeoutError):
        return Fault.UNREACHABLE if step is Step.CONNECT and "server ready" not in said else Fault.STALL
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return Fault.DROPPED
    if isinstance(error, aiosmtplib.SMTPConnectError | OSError):
        return Fault.DROPPED if "lost" in said or "EOF" in said else Fault.UNREACHABLE
    return {Step.ENCRYPT: Fault.NO_STARTTLS, Step.SIGN_IN: Fault.NO_SIGN_IN}.get(step, Fault.OTHER)


def _refusal(step: Step, error: aiosmtplib.SMTPResponseException) -> Fault:
    """What a reply means, by the step that it answers."""
    code = error.code
    if step in (Step.CONNECT, Step.GREET):
        return Fault.LATER if _NOT_NOW <= code < _PERMANENT else Fault.GREETING
    if step is Step.ENCRYPT:
        return Fault.NO_STARTTLS
    if code < _PERMANENT:
        return Fault.LATER
    if code == _SIGN_IN_FIRST and step is not Step.SIGN_IN:
        return Fault.SIGN_IN_FIRST
    words, fault = _OF_US.get(step, (None, Fault.OTHER))
    if words and words.search(error.message):
        return fault
    return Fault.PASSWORD if step is Step.SIGN_IN else _REFUSALS[step]


def _of_the_network(error: BaseException) -> Fault | None:
    if isinstance(error, socket.gaierror | UnicodeError):  # the latter of a name that cannot even be asked for
        return Fault.NAME
    if isinstance(error, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return Fault.REFUSED
    if isinstance(error, ssl.SSLCertVerificationError):
        return Fault.CERTIFICATE_NAME if error.verify_code in _OTHER_NAME else Fault.CERTIFICATE
    if isinstance(error, ssl.SSLError):
        return Fault.NOT_TLS if any(sign in str(error) for sign in _NOT_TLS) else Fault.ENCRYPTION
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return Fault.DROPPED
    return None


def _chain(error: BaseException | None) -> list[BaseException]:
    found = list[BaseException]()
    while error and error not in found:
        found += [error, *_each(error)]
        error = error.__cause__ or error.__context__
    return found


def _each(error: BaseException) -> list[BaseException]:
    """What lies in a group: one fault for each address that a name has."""
    return list(error.exceptions) if isinstance(error, BaseExceptionGroup) else []


def _words(error: Exception) -> str:
    """On one line, and no longer than anybody reads; bytes that are not UTF-8 are taken for Latin-1."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        said = f"{error.code} {error.message}"
    else:
        said = str(error) or type(error).__name__
    said = _NOT_UTF8.sub(lambda sign: chr(ord(sign[0]) - _ESCAPED), said)
    return " ".join(_NOT_PRINTED.sub(" ", said).split())[:_LONGEST]
