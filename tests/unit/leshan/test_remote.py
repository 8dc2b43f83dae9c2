import pytest

from leshan.errors import ServerRefused, ServerUnavailable
from leshan.ports import free_ports
from leshan.server import start_server
from leshan.settings import Address, Mode, ServerSettings


@pytest.fixture(autouse=True)
def _a_proxy_that_is_not_asked(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


def remote(url, **settings):
    return ServerSettings(mode=Mode.REMOTE, rest_url=url, **settings)


@pytest.fixture
def there(fake):
    fake.routes["GET", "/api/clients"] = (200, "[]")
    return fake


def test_a_server_that_is_there_is_found(there, kept):
    with start_server(remote(f"{there.url}/"), recorder=kept) as server:
        assert server.mode is Mode.REMOTE
        assert server.rest_url == there.url
        assert server.coap == Address("127.0.0.1", 5683)
        assert there.url in server.description
        assert server.version == "unknown"
        server.check()
    assert [event.text for event in kept.events] == [f"server found: {server.description}"]


def test_the_module_s_address_may_be_another(there):
    settings = remote(there.url, coap_host="lwm2m.example", coap_port=15683)
    assert start_server(settings).coap == Address("lwm2m.example", 15683)


def test_stopping_it_leaves_it_alone(there):
    server = start_server(remote(there.url))
    server.stop()
    server.stop()
    assert len(there.asked) == 1
    server.check()


@pytest.mark.parametrize("action", ["kill", "pause", "resume", "restart"])
def test_what_would_harm_others_is_refused(action, there):
    with pytest.raises(ServerRefused, match=r"somebody else runs it.*mode jvm or docker"):
        getattr(start_server(remote(there.url)), action)()


def test_its_log_is_elsewhere(there):
    assert start_server(remote(there.url)).logs() == ""


def test_nobody_watches_it(there):
    start_server(remote(there.url)).on_loss(pytest.fail)


def test_user_and_password_are_given(there):
    start_server(remote(there.url, auth=("ann", "secret")))
    assert there.asked[0].headers["Authorization"] == "Basic YW5uOnNlY3JldA=="


def test_a_password_is_not_shown(there):
    server = start_server(remote(there.url, auth=("ann", "secret")))
    assert "secret" not in server.description


def message(settings):
    with pytest.raises(ServerUnavailable) as caught:
        start_server(settings)
    return str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_let_in_is_told_what_to_give(status, fake):
    fake.routes["GET", "/api/clients"] = (status, "")
    said = message(remote(fake.url))
    assert f"HTTP {status}" in said
    assert "Give user and password as auth" in said


def test_a_redirect_is_told_and_not_followed(fake):
    fake.routes["GET", "/api/clients"] = (302, "", {"Location": "https://login.example/"})
    said = message(remote(fake.url))
    assert "HTTP 302 Found to https://login.example/" in said
    assert "as rest_url" in said


def test_what_is_no_leshan_is_told(fake):
    said = message(remote(fake.url))
    assert "GET /api/clients: HTTP 404" in said
    assert "rest_url is that of a Leshan server" in said


def test_nobody_there():
    said = message(remote(f"http://127.0.0.1:{free_ports(1)[0]}"))
    assert "Connection refused" in said
    assert "See that it runs" in said


def test_a_certificate_is_trusted_if_its_authority_is_given(serve, tls):
    fake = serve(tls.server)
    fake.routes["GET", "/api/clients"] = (200, "[]")
    start_server(remote(fake.url, ca=tls.ca))


def test_a_certificate_of_nobody_we_know(serve, tls):
    said = message(remote(serve(tls.server).url))
    assert "its certificate is not trusted" in said
    assert "as ca, a file in PEM format" in said


def test_an_authority_s_file_that_is_not_there(serve, tmp_path, tls):
    said = message(remote(serve(tls.server).url, ca=tmp_path / "no.pem"))
    assert "no.pem" in said
