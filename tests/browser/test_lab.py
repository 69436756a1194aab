"""What `make lab` starts keeps to itself: a token, this machine only, and no question before the first page."""

import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from .lab import options

ASK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.mark.parametrize("path", ["api/contents/notebooks", "api/kernels", "files/notebooks/00_start_here.ipynb"])
def test_a_request_without_the_token_is_refused(lab, path):
    def status(token):
        try:
            with ASK.open(f"{lab.url}{path}?token={token}", timeout=60) as answer:
                # A page is sent on to the log-in; that is a refusal too.
                return 403 if "/login" in urlsplit(answer.url).path else answer.status
        except urllib.error.HTTPError as error:
            return error.code

    assert len(lab.token) >= 32
    assert status(lab.token) == 200
    assert status("") == status("a" * len(lab.token)) == 403


def test_a_browser_without_the_token_sees_the_log_in(lab, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{lab.url}lab/tree/notebooks/00_start_here.ipynb")
    assert "/login" in page.url and page.get_by_label("Password or token").count() == 1
    context.close()


def test_other_machines_cannot_reach_it(lab):
    address = urlsplit(lab.url)
    assert address.hostname == "localhost"
    own = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)} - {"127.0.0.1", "127.0.1.1", "::1"}
    for other in own:
        with pytest.raises(OSError):
            socket.create_connection((other, address.port), timeout=5).close()


def test_signatures_are_forgotten(lab):
    """A notebook that was run on another day is not trusted, so that its stored pictures are shown: its widgets would be errors."""
    assert "--NotebookNotary.db_file=:memory:" in options()
    assert not list(lab.home.rglob("nbsignatures.db"))
