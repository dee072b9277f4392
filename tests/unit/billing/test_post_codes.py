import pytest

from mains.billing.rules.post_codes import post_code_of


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("Brīvības iela 12-3\nRīga, LV-1010", "1010"),
        ("Calle Mayor 4\n28013 Madrid", "28013"),
        ("Fő utca 7.\n1011 Budapest", "1011"),
        ("Via Roma 1234\n00184 Roma RM", "00184"),
        ("вул. Хрещатик, 22\nКиїв, 01001", "01001"),
        ("Via Roma 1234, 00184 Roma", "00184"),
        ("1011 Budapest\nFő utca 7.", "1011"),
        ("Poste restante", ""),
        ("", ""),
    ],
)
def test_the_post_code_is_found_in_an_address(address, code):
    assert post_code_of(address) == code
