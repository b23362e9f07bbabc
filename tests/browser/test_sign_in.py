"""The page of a deployment, where people sign in: the real page and platform, with a user pool on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from runtime.api.headers import PAGE_POLICY
from tests.browser.test_page import Open, fill_in
from tests.browser.user_pool import ADDRESS, CLIENT, UserPool, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def pool() -> Iterator[UserPool]:
    with running() as pool:
        yield pool


@pytest.fixture
def deployed(typed: Any, pool: UserPool, open_context: Open) -> BrowserContext:
    """A browser that sees the laptop's platform as a deployment: with a configuration, and tokens asked for."""
    context = open_context()
    config = {
        "region": "us-east-1",
        "issuer": pool.url,
        "login": pool.url,
        "client_id": CLIENT,
        "scopes": ["openid", "email", "prepai/interviews"],
    }
    reached = f"connect-src 'self' ws://localhost:{typed.port} {pool.url}"
    policy = PAGE_POLICY.replace("connect-src 'self' ws: wss:", reached)
    assert reached in policy

    def page(route: Route) -> None:
        if route.request.resource_type != "document":
            return route.fallback()
        answer = route.fetch()
        route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": policy})
        return None

    def authorized(route: Route) -> None:
        if pool.admits(route.request.headers.get("authorization", "")):
            return route.fallback()
        problem = {"title": "Unauthorized", "status": 401, "detail": "expected a token"}
        route.fulfill(status=401, content_type="application/problem+json", body=json.dumps(problem))
        return None

    context.route(f"{typed.url}/**", page)
    context.route(f"{typed.url}/api/**", authorized)
    context.route(f"{typed.url}/config.json", lambda route: route.fulfill(json=config))
    return context


def sign_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Continue as Ada").click()
    expect(page.get_by_text(ADDRESS)).to_be_visible()


def test_a_visitor_sees_a_sign_in_and_nothing_is_asked_of_the_api(
    typed: Any, deployed: BrowserContext
) -> None:
    page = deployed.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(typed.url)

    expect(page.get_by_role("heading", name="Good to see you")).to_be_focused()
    assert not [url for url in asked if "/api/" in url]


def test_whoever_signs_in_works_with_their_token_and_no_code_stays_in_the_address(
    typed: Any, deployed: BrowserContext, pool: UserPool
) -> None:
    page = deployed.new_page()
    sign_in(page, typed.url)

    expect(page.get_by_role("heading", name="Earlier interviews")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert page.url == f"{typed.url}/"
    assert pool.grants == ["authorization_code"]


def test_signing_in_leads_back_to_where_it_began(typed: Any, deployed: BrowserContext) -> None:
    page = deployed.new_page()
    sign_in(page, f"{typed.url}/#/report/no-such-interview")

    expect(page.get_by_role("alert")).to_be_visible()
    assert page.url == f"{typed.url}/#/report/no-such-interview"


def test_a_token_that_ended_is_renewed_unseen(typed: Any, deployed: BrowserContext, pool: UserPool) -> None:
    page = deployed.new_page()
    sign_in(page, typed.url)
    fill_in_form(page)
    pool.end_access()
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="Ready, Ada Byron?")).to_be_focused()
    assert pool.grants == ["authorization_code", "refresh_token"]


def test_a_sign_in_that_ended_is_made_again_in_a_window_and_nothing_typed_is_lost(
    typed: Any, deployed: BrowserContext, pool: UserPool
) -> None:
    page = deployed.new_page()
    sign_in(page, typed.url)
    fill_in_form(page)
    pool.end_everything()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Please sign in again")).to_be_visible()

    with page.expect_popup() as opened:
        page.get_by_role("button", name="Sign in again").click()
    opened.value.get_by_role("link", name="Continue as Ada").click()

    expect(page.get_by_role("heading", name="Ready, Ada Byron?")).to_be_focused()
    if not opened.value.is_closed():
        opened.value.wait_for_event("close")


def test_whoever_signs_in_later_keeps_what_they_typed(
    typed: Any, deployed: BrowserContext, pool: UserPool
) -> None:
    page = deployed.new_page()
    sign_in(page, typed.url)
    fill_in_form(page)
    pool.end_everything()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Not now").click()

    expect(page.get_by_role("alert")).to_contain_text("You are signed out")
    expect(page.get_by_label("Your name")).to_have_value("Ada Byron")


def test_signing_out_ends_it_here_and_at_the_user_pool(
    typed: Any, deployed: BrowserContext, pool: UserPool
) -> None:
    page = deployed.new_page()
    sign_in(page, typed.url)
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    assert len(pool.revoked) == 1
    assert pool.refresh == set()


def test_a_server_that_does_not_answer_is_asked_again_on_demand(typed: Any, deployed: BrowserContext) -> None:
    page = deployed.new_page()
    page.route(f"{typed.url}/config.json", lambda route: route.abort())
    page.goto(typed.url)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")

    page.unroute(f"{typed.url}/config.json")
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_a_laptop_has_no_configuration_and_loads_nothing_of_signing_in(
    typed: Any, open_context: Open
) -> None:
    page = open_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    fill_in(page, typed.url)

    assert page.request.get(f"{typed.url}/config.json").status == 404
    assert not [url for url in asked if "auth" in url.rpartition("/")[2]]
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


def fill_in_form(page: Page) -> None:
    page.get_by_label("Your name").fill("Ada Byron")
    page.get_by_label("Kind of interview").fill("Backend engineer")
