"""Errors whose message is written for the person at the microscope."""


class CpsamError(Exception):
    """Something the user can act on; the message says what happened and what to do."""


class ImageError(CpsamError):
    """An image or label file cannot be read, written or understood."""


class SettingsError(CpsamError):
    """A setting has a value that makes no sense, alone or with the image at hand."""


class WeightsError(CpsamError):
    """Network weights are missing, damaged or of another kind."""


class TrainingError(CpsamError):
    """Training cannot start, or had to stop."""
