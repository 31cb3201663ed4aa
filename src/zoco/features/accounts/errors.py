"""What accounts refuse."""

from __future__ import annotations

from zoco.kit.errors import Conflict, NotFound, Unauthenticated
from zoco.kit.text import N_


class WrongCredentials(Unauthenticated):
    """The same for an unknown address and a wrong password, so that nobody learns who has an account."""

    code = "accounts.wrong_credentials"
    message = N_("The e-mail address or the password is wrong.")


class EmailTaken(Conflict):
    code = "accounts.email_taken"
    message = N_("There is an account with this e-mail address already.")


class UserMissing(NotFound):
    code = "accounts.user_missing"
    message = N_("This user does not exist.")


class LastAdmin(Conflict):
    code = "accounts.last_admin"
    message = N_("A shop needs at least one administrator.")


class OwnRole(Conflict):
    """Who takes their own rights away by mistake could not give them back."""

    code = "accounts.own_role"
    message = N_("Nobody changes their own role; ask another administrator.")


class InvitationTaken(Conflict):
    code = "accounts.invitation_taken"
    message = N_("This person has been here already; no invitation is needed.")


class SetupOver(NotFound):
    code = "accounts.setup_over"
    message = N_("This set-up link is not valid, or not any more.")


class LinkOver(NotFound):
    """The same whatever is wrong with the link: made up, too old, used, or of something that is otherwise by now."""

    code = "accounts.link_over"
    message = N_("This link is not valid, or not any more.")


class SessionMissing(NotFound):
    code = "accounts.session_missing"
    message = N_("This session has ended already.")


class TokenInvalid(Unauthenticated):
    code = "accounts.token_invalid"
    message = N_("This token is not valid, or not any more. Sign in again.")


class TokenExpired(Unauthenticated):
    code = "accounts.token_expired"
    message = N_("This token is too old. Get a new one, or sign in again.")


class TokenRevoked(Unauthenticated):
    code = "accounts.token_revoked"
    message = N_("The session of this token was ended. Sign in again.")


class TokenReused(Unauthenticated):
    """A refresh token came twice: one of the two who hold it is a thief, so both have to sign in again."""

    code = "accounts.token_reused"
    message = N_("This token was used before, so its session was ended. Sign in again.")
