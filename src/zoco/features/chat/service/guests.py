"""Visitors without an account: they ask first and show that the address is theirs by a mailed link."""

from __future__ import annotations

from datetime import timedelta

from zoco.features.accounts.models import tidy, wrong_details
from zoco.features.chat.errors import LinkUnreadable, TooFast
from zoco.features.chat.events import ConversationTaken, QuestionAsked
from zoco.features.chat.models import Question, conversation_of, tidy_body, wrong_body
from zoco.features.chat.providers import Proof, Proofs, Purpose
from zoco.features.chat.repository import Conversations, Questions
from zoco.features.chat.service.talk import Talk
from zoco.kit.errors import Invalid, TooMany
from zoco.kit.ids import QuestionId
from zoco.kit.permissions import GUEST, Actor
from zoco.kit.ratelimit import Rule
from zoco.kit.store import Tx, use_case

ASKS = Rule(5, 60 * 60)
"""How many questions wait for one address in an hour; each leads to a mail."""
KEPT = timedelta(days=7)


class Guests(Talk):
    """A question is kept apart until its writer has confirmed the address; nobody sees it before, staff neither."""

    _proofs: Proofs

    async def ask(self, name: str, email: str, body: str, language: str) -> None:
        """Keep a question and have a link mailed that sends it off; emits QuestionAsked. Raises Invalid or TooFast."""
        given, body = tidy({"name": name, "email": email}), tidy_body(body)
        if wrong := [*wrong_details(given), *wrong_body(body)]:
            raise Invalid(*wrong)
        try:
            await self._limiter.check(f"chat.ask {conversation_of(given['email'])}", ASKS)
        except TooMany as refusal:
            raise TooFast(refusal.retry_after) from None
        await self._keep_question(
            Question(
                id=QuestionId(self._store.new_id()),
                email=given["email"],
                name=given["name"],
                body=body,
                language=language,
                asked_at=self._clock.now(),
            )
        )

    @use_case
    async def _keep_question(self, question: Question) -> None:
        async with self._store.write() as tx:
            await tx[Questions].add(question)
            tx.emit(QuestionAsked(question=question.id))

    async def question(self, tx: Tx, question: QuestionId) -> tuple[Question, str] | None:
        """A question that waits, and the token of its link."""
        found = await tx[Questions].get(question)
        if found is None:
            return None
        proof = Proof(found.email, found.name, found.id, found.language)
        return found, self._proofs.issue(Purpose.LINK, proof)

    def link(self, email: str, name: str, language: str) -> str:
        """The token of a link that lets whoever reads this address into its conversation."""
        return self._proofs.issue(Purpose.LINK, Proof(email, name, "", language))

    def check_link(self, token: str) -> Proof:
        """Raises LinkUnreadable."""
        return self._proofs.read(Purpose.LINK, token)

    async def waiting_question(self, proof: Proof) -> Question | None:
        """What the link will send off; None once that is done, and for a link to what was said already."""
        async with self._store.read() as tx:
            return await tx[Questions].get(QuestionId(proof.question)) if proof.question else None

    @use_case
    async def confirm(self, token: str) -> str:
        """Send off the question that waited, once, and answer the pass by which its writer is known from now on.

        Emits MessagePosted. Raises LinkUnreadable or WriterBlocked.
        """
        proof = self.check_link(token)
        guest = Actor(name=proof.name, email=proof.email)
        async with self._store.write() as tx:
            await self._take_over(tx, guest)
            asked = await tx[Questions].get(QuestionId(proof.question)) if proof.question else None
            if asked is not None:
                await tx[Questions].remove(asked.id)
                wanted = conversation_of(asked.email)
                await self._posted(
                    tx, guest, wanted, asked.body, client_id=f"question:{asked.id}", language=proof.language
                )
        return self._proofs.issue(Purpose.PASS, proof)

    def guest(self, token: str | None) -> Actor:
        """Who has the pass; a plain guest where there is none, or it is over."""
        try:
            proof = self._proofs.read(Purpose.PASS, token) if token else None
        except LinkUnreadable:
            proof = None
        return Actor(name=proof.name, email=proof.email) if proof else GUEST

    def speaker(self, actor: Actor, token: str | None) -> Actor:
        """Who is signed in, else the visitor whose browser keeps this pass."""
        return actor if actor.id else self.guest(token)

    @use_case
    async def prune_questions(self) -> None:
        """Drop what nobody has confirmed."""
        async with self._store.write() as tx:
            await tx[Questions].prune(self._clock.now() - KEPT)

    async def _take_over(self, tx: Tx, guest: Actor) -> None:
        """An account that only claimed this address loses its conversation to whoever reads the address's mail.

        Emits ConversationTaken.
        """
        found = await tx[Conversations].get(conversation_of(guest.email))
        if found is None or found.user is None:
            return
        owner = await self._accounts.of_id(tx, found.user)
        if owner is None or not owner.verified or conversation_of(owner.email) != found.id:
            await tx[Conversations].own(found.id, None, guest.name or found.name, found.language)
            tx.emit(ConversationTaken(conversation=found.id, user=found.user))
