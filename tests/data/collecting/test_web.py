import pytest

from saddlepoint.data.collecting.web import Manners, RefusedError, Web, _quoted, is_private


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.0.1", True),
        ("169.254.169.254", True),  # where clouds keep their secrets
        ("100.64.0.1", True),
        ("0.0.0.0", True),
        ("224.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("::ffff:127.0.0.1", True),
        ("93.184.215.14", False),
        ("2606:2800:21f::1", False),
    ],
)
def test_addresses_of_private_networks_are_known(address, private):
    assert is_private(address) is private


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://example.org/a.png", "http:///a.png", "gopher://x", "http://[x"]
)
def test_only_the_web_is_asked(address):
    with pytest.raises(RefusedError, match="no http or https address"):
        Web(Manners()).get(address, 10)


def test_spaces_and_letters_of_other_languages_are_sent_as_servers_read_them():
    assert _quoted("http://x.example/b c/ä%20.png?q=ü 1&a=/#top") == (
        "http://x.example/b%20c/%C3%A4%20.png?q=%C3%BC%201&a=/"
    )
