"""The one error of this package: reviewed data that must not be shown."""


class HelpDataError(ValueError):
    """The reviewed data breaks a rule of docs/help.md; nothing of it is served until it is mended."""
