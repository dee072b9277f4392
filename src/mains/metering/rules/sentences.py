"""Sentences that are said in the reader's language later, by whoever shows them."""


def gettext_noop(text: str) -> str:
    """
    Mark a sentence for the catalogues, where nothing can translate it yet.
    """
    return text


class Told(ValueError):
    """
    An error whose sentence is in the catalogues, with what it is about.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        self.sentence = sentence
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(sentence % self.values)
