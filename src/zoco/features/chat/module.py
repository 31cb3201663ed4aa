"""The manifest of chat."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from zoco.features.accounts.providers import OwnData
from zoco.features.chat import live, tasks
from zoco.features.chat.api import MessageApi
from zoco.features.chat.live import ChatStation
from zoco.features.chat.mongo import MongoConversations, MongoMessages, MongoQuestions
from zoco.features.chat.pages import ChatPages, unread_in_head
from zoco.features.chat.repository import Conversations, Messages, Questions
from zoco.features.chat.service import ANSWER, ChatService, Rules
from zoco.features.chat.sql import SqlConversations, SqlMessages, SqlQuestions
from zoco.kit.module import House, Module
from zoco.web.channels import Station
from zoco.web.pages import Contribution


def build(house: House) -> ChatService:
    chat = house.settings.chat
    after = timedelta(minutes=chat.mail_after) if chat.mail_after else None
    rules = Rules(chat.general, after, house.settings.shop.default_language, house.settings.shop.zone)
    others = {name: house.services[name] for name in ("accounts", "mail", "audit", "catalogue")}
    return ChatService(house.store, house.clock, house.limiter, rules=rules, secret=house.secret, **others)


MODULE = Module(
    name="chat",
    folder=Path(__file__).parent,
    requires=("accounts", "catalogue", "mail", "audit"),
    build=build,
    sql={Conversations: SqlConversations, Messages: SqlMessages, Questions: SqlQuestions},
    mongo={Conversations: MongoConversations, Messages: MongoMessages, Questions: MongoQuestions},
    provides={OwnData: lambda chat: chat, Station: ChatStation, Contribution: unread_in_head},
    controllers=(MessageApi, ChatPages),
    tasks=tasks,
    live=live,
    permissions=(ANSWER,),
)
