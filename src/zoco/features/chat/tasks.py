"""The mails of chat, what is done now and then, and what becomes of the words of somebody who has left."""

from __future__ import annotations

from zoco.features.accounts.events import EmailChanged, UserRemoved
from zoco.features.chat.events import QuestionAsked
from zoco.features.chat.service import ChatService
from zoco.features.mail.service import MailService
from zoco.kit.events import on
from zoco.kit.jobs import every
from zoco.kit.store import Tx


@on(QuestionAsked)
async def send_link(tx: Tx, event: QuestionAsked, chat: ChatService, mail: MailService) -> None:
    """To whoever is said to have asked; nothing of it is shown before they have come by this link.

    No word of the question, nor the name, stands in it: anybody could have the shop mail anything to anybody.
    """
    found = await chat.question(tx, event.question)
    if found:
        asked, token = found
        await mail.queue(tx, "chat/confirm", key=event.id, to=asked.email, language=asked.language, token=token)


@on(UserRemoved)
async def forget(tx: Tx, event: UserRemoved, chat: ChatService) -> None:
    await chat.forget(tx, event.user)


@on(EmailChanged)
async def part(tx: Tx, event: EmailChanged, chat: ChatService) -> None:
    await chat.part(tx, event.user, event.old)


@every(30)
async def mail_waiting(chat: ChatService) -> None:
    await chat.mail_waiting()


@every(24 * 60 * 60)
async def prune_questions(chat: ChatService) -> None:
    await chat.prune_questions()
