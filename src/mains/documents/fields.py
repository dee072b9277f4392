"""The form fields that take pictures."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from mains.documents.pictures import (
    MOST_BYTES,
    PHOTO_BYTES,
    HeifPicture,
    NotAPicture,
    PictureTooLarge,
    logo_png,
    photo_jpeg,
)


class LogoField(forms.FileField):
    """
    Take a PNG or JPEG and give its picture anew, as PNG of at most 400 × 160 pixels.
    """

    default_error_messages = {
        "empty": _("This file is empty. Choose a PNG or JPEG picture."),
        "too_large": _(
            "This picture is too large: a file may have 5 MB and 25 million pixels. "
            "Save it smaller and choose it again."
        ),
        "no_picture": _(
            "This file is no PNG or JPEG picture, so it cannot be shown. "
            "Save your logo as PNG (an SVG can be exported) and choose it again."
        ),
    }

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": "image/png,image/jpeg"}))
        super().__init__(**kwargs)  # type: ignore[arg-type]

    def to_python(self, data: UploadedFile | None) -> bytes | None:  # type: ignore[override]
        file = super().to_python(data)
        if file is None:
            return None
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(self.error_messages["too_large"], code="too_large")
        try:
            return logo_png(file.read())
        except PictureTooLarge as error:
            raise forms.ValidationError(self.error_messages["too_large"]) from error
        except NotAPicture as error:
            raise forms.ValidationError(self.error_messages["no_picture"]) from error


class PhotoField(forms.FileField):
    """
    Take a photo as JPEG, PNG or WebP and give it anew, as JPEG without anything but pixels.
    """

    default_error_messages = {
        "empty": _("This file is empty. Choose another photo, or send without one."),
        "too_large": _(
            "This photo is too large: a file may have 15 MB. Choose a smaller one, or send without."
        ),
        "heif": _(
            "This photo is stored as HEIC, which cannot be shown. Take it anew with this page, "
            "or save it as JPEG, or send without one."
        ),
        "no_picture": _(
            "This file is no JPEG, PNG or WebP photo, so it cannot be shown. "
            "Choose another one, or send without."
        ),
    }

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault(
            "widget", forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})
        )
        super().__init__(**kwargs)  # type: ignore[arg-type]

    def to_python(self, data: UploadedFile | None) -> bytes | None:  # type: ignore[override]
        file = super().to_python(data)
        if file is None:
            return None
        if (file.size or 0) > PHOTO_BYTES:
            raise forms.ValidationError(self.error_messages["too_large"], code="too_large")
        try:
            return photo_jpeg(file.read())
        except PictureTooLarge as error:
            raise forms.ValidationError(self.error_messages["too_large"]) from error
        except HeifPicture as error:
            raise forms.ValidationError(self.error_messages["heif"]) from error
        except NotAPicture as error:
            raise forms.ValidationError(self.error_messages["no_picture"]) from error
