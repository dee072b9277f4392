"""A form with one field of each kind."""

from django import forms

from mains.branding.components import Option


class ReadingForm(forms.Form):
    """
    One field of each kind.
    """

    email = forms.EmailField(
        label="E-mail address",
        help_text="We send the receipt there.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    account = forms.CharField(
        label="Account number",
        help_text="8 digits, top right on your bill. Spaces do not matter.",
        widget=forms.TextInput(attrs={"class": "code", "inputmode": "numeric"}),
    )
    reading = forms.DecimalField(label="Hot water, kitchen", widget=forms.TextInput)
    service = forms.ChoiceField(label="Service", choices=[("w", "Water"), ("h", "Heating")])
    delivery = forms.ChoiceField(
        label="How should your bills arrive?",
        widget=forms.RadioSelect,
        choices=[
            ("mail", Option("By e-mail", "The day it is issued, with the PDF")),
            ("paper", Option("On paper", "By post, about four days later")),
        ],
    )
    notices = forms.MultipleChoiceField(
        label="What may we write to you about?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("bill", "Bills"), ("reading", "Reading windows"), ("outage", "Outages")],
    )
    remarks = forms.CharField(label="Anything else", required=False, widget=forms.Textarea)
    photo = forms.FileField(label="Photo of the meter", required=False)
    agree = forms.BooleanField(label="Remind me next month", required=False)
