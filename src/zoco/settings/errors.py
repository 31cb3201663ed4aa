"""The refusal of a wrong setting."""


class SettingsError(Exception):
    """A setting that stops the start, as one sentence: which, what is wrong, where it stands, what to do."""
