"""The page's address: what the distribution lets through, how, and who may sign in there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

import aws_cdk as cdk
import pytest

from infra.constructs.operations import Surface
from infra.constructs.rest_api import OPEN
from infra.constructs.site import API_PATHS, ORIGIN_HEADER
from infra.constructs.web_acl import WebAcl
from infra.environments import COMMITTED, EDGE_REGION, InvalidEnvironmentError
from runtime.api.headers import PAGE_POLICY
from tests.infra.conftest import ACCOUNT, EUROPE, Stack, Stacks, context

CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/0a1b"


@pytest.fixture(scope="module")
def app(synthesise: Callable[..., Stacks]) -> Stack:
    return synthesise("dev")["app"]


def distribution(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = stack.one("AWS::CloudFront::Distribution")["DistributionConfig"]
    return found


def behaviors(stack: Stack) -> dict[str, dict[str, Any]]:
    return {each["PathPattern"]: each for each in distribution(stack)["CacheBehaviors"]}


def api_origin(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = next(o for o in distribution(stack)["Origins"] if "CustomOriginConfig" in o)
    return found


def directives(policy: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip())


def page_policy(stack: Stack) -> str:
    """The page's policy; what is known at deployment only stands as its intrinsic's JSON, without spaces."""
    config = next(
        r["Properties"]["ResponseHeadersPolicyConfig"]
        for r in stack.of("AWS::CloudFront::ResponseHeadersPolicy").values()
        if "ContentSecurityPolicy" in r["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    )
    text = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    parts = text["Fn::Join"][1]
    return "".join(
        part if isinstance(part, str) else json.dumps(part, separators=(",", ":")) for part in parts
    )


def test_the_origin_header_is_a_reference_that_only_cloudformation_resolves(app: Stack) -> None:
    [header] = api_origin(app)["OriginCustomHeaders"]

    assert header["HeaderName"] == ORIGIN_HEADER
    assert header["HeaderValue"]["Fn::Join"][1][0] == "{{resolve:secretsmanager:"
    secret = app.one("AWS::SecretsManager::Secret")
    assert secret["GenerateSecretString"]
    assert "SecretString" not in secret
    # CloudFormation finds the value, or fails, by the key under which the secret is drawn.
    reference = header["HeaderValue"]["Fn::Join"][1][-1]
    assert f":SecretString:{secret['GenerateSecretString']['GenerateStringKey']}:" in reference


def test_counting_up_draws_another_secret_and_has_the_distribution_ask_for_it(
    synthesise: Callable[..., Stacks],
) -> None:
    before, after = (synthesise("dev", origin_secret=n)["app"] for n in (1, 2))

    def drawn(stack: Stack) -> Any:
        return stack.one("AWS::SecretsManager::Secret")["GenerateSecretString"]

    assert drawn(before) != drawn(after)
    assert api_origin(before)["OriginCustomHeaders"] != api_origin(after)["OriginCustomHeaders"]
    # One secret, so that the value before stays known to the API.
    assert before.of("AWS::SecretsManager::Secret").keys() == after.of("AWS::SecretsManager::Secret").keys()


def test_everything_of_the_api_and_nothing_else_goes_to_the_api(app: Stack) -> None:
    target = api_origin(app)["Id"]

    assert {path: each["TargetOriginId"] for path, each in behaviors(app).items()} == dict.fromkeys(
        API_PATHS, target
    )
    assert distribution(app)["DefaultCacheBehavior"]["TargetOriginId"] != target


@pytest.mark.parametrize("path", OPEN)
def test_what_the_api_answers_without_a_token_is_not_taken_for_the_page(path: str) -> None:
    assert any(fnmatch(path, pattern) for pattern in API_PATHS)


@pytest.mark.parametrize("path", API_PATHS)
def test_no_answer_of_the_api_is_cached(app: Stack, path: str) -> None:
    disabled = cdk.aws_cloudfront.CachePolicy.CACHING_DISABLED.cache_policy_id

    assert behaviors(app)[path]["CachePolicyId"] == disabled


@pytest.mark.parametrize("path", API_PATHS)
def test_the_api_gets_all_headers_but_host(app: Stack, path: str) -> None:
    policy = cdk.aws_cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.origin_request_policy_id

    assert behaviors(app)[path]["OriginRequestPolicyId"] == policy


def test_the_api_can_be_written_to_under_its_prefix_only(app: Stack) -> None:
    writing = {path for path, each in behaviors(app).items() if "POST" in each["AllowedMethods"]}

    assert writing == {"/api/*"}


def test_nothing_is_answered_or_asked_without_https(app: Stack) -> None:
    config = distribution(app)

    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert {each["ViewerProtocolPolicy"] for each in behaviors(app).values()} == {"https-only"}
    assert api_origin(app)["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert api_origin(app)["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]


def test_the_apis_own_errors_are_never_replaced_by_a_page(app: Stack) -> None:
    # Error responses belong to the whole distribution, the API's 404 and 403 included.
    assert "CustomErrorResponses" not in distribution(app)


def test_a_name_of_ones_own_demands_tls_1_2(synthesise: Callable[..., Stacks]) -> None:
    app = synthesise("dev", page_domain="prepai.example.com", page_certificate=CERTIFICATE)["app"]

    assert distribution(app)["Aliases"] == ["prepai.example.com"]
    assert distribution(app)["ViewerCertificate"] == {
        "AcmCertificateArn": CERTIFICATE,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    assert app.one("AWS::Cognito::UserPoolClient")["CallbackURLs"] == ["https://prepai.example.com/"]


@pytest.mark.parametrize(
    "change",
    [
        {"page_domain": "prepai.example.com"},
        {"page_certificate": CERTIFICATE},
        {
            "page_domain": "prepai.example.com",
            "page_certificate": CERTIFICATE.replace("us-east-1", "eu-west-1"),
        },
    ],
)
def test_a_name_without_its_certificate_where_cloudfront_looks_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(InvalidEnvironmentError, match="page_certificate"):
        replace(COMMITTED["dev"], **change)  # type: ignore[arg-type]


def test_the_pages_bucket_is_open_to_this_distribution_alone(app: Stack) -> None:
    bucket = app.one("AWS::S3::Bucket")
    origin = next(o for o in distribution(app)["Origins"] if "S3OriginConfig" in o)
    allowed = [
        statement
        for statement in app.one("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "WebsiteConfiguration" not in bucket
    assert origin["OriginAccessControlId"]
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
    assert [statement["Action"] for statement in allowed] == ["s3:GetObject"]
    assert allowed[0]["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert "distribution/" in json.dumps(allowed[0]["Condition"]["StringEquals"]["AWS:SourceArn"])


def test_files_named_by_digest_are_kept_and_the_others_asked_for_anew(app: Stack) -> None:
    kept = {
        each["Properties"].get("Include", ["the rest"])[0]: each["Properties"]["SystemMetadata"][
            "cache-control"
        ]
        for each in app.of("Custom::CDKBucketDeployment").values()
    }
    cache_policy = app.one("AWS::CloudFront::CachePolicy")["CachePolicyConfig"]

    assert kept == {"assets/*": "public, max-age=31536000, immutable", "the rest": "no-cache"}
    # With a minimum above zero the edge would keep what says no-cache.
    assert cache_policy["MinTTL"] == 0


def test_the_page_changes_after_the_files_that_it_names(app: Stack) -> None:
    deployments = app.of("Custom::CDKBucketDeployment")
    assets = next(name for name, each in deployments.items() if "Include" in each["Properties"])
    page = next(each for name, each in deployments.items() if name != assets)

    assert assets in page["DependsOn"]


def test_what_deploys_the_page_can_write_its_bucket_and_nothing_else(app: Stack) -> None:
    [statements] = [
        each["Properties"]["PolicyDocument"]["Statement"]
        for name, each in app.of("AWS::IAM::Policy").items()
        if name.startswith("SiteDeployer")
    ]
    bucket = next(iter(app.of("AWS::S3::Bucket")))

    assert all(statement["Resource"] != "*" for statement in statements)
    writing = [s for s in statements if "s3:PutObject" in s["Action"]]
    assert [s["Resource"]["Fn::Join"][1][0] for s in writing] == [{"Fn::GetAtt": [bucket, "Arn"]}]


def test_the_page_is_held_to_the_laptops_policy_but_for_whom_it_speaks_to(app: Stack) -> None:
    deployed, laptop = directives(page_policy(app)), directives(PAGE_POLICY)

    assert {k: v for k, v in deployed.items() if k != "connect-src"} == {
        k: v for k, v in laptop.items() if k != "connect-src"
    }


def test_the_page_may_speak_to_its_voice_its_login_and_its_bucket_by_name(app: Stack) -> None:
    reached = directives(page_policy(app))["connect-src"].split()

    assert reached[:2] == ["'self'", "wss://bedrock-agentcore.us-east-1.amazonaws.com"]
    assert "PoolDomain" in reached[2]
    assert reached[2].endswith(".auth.us-east-1.amazoncognito.com")
    assert ["DomainName" in each for each in reached[3:]] == [True, True]
    assert not [each for each in reached if "*" in each or each in {"ws:", "wss:", "https:"}]


def test_browsers_are_told_to_come_by_https_from_then_on(app: Stack) -> None:
    policies = [
        r["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        for r in app.of("AWS::CloudFront::ResponseHeadersPolicy").values()
    ]

    assert len(policies) == 2
    assert {p["StrictTransportSecurity"]["AccessControlMaxAgeSec"] for p in policies} == {31_536_000}


def test_the_firewall_stands_before_the_distribution(app: Stack) -> None:
    [acl] = app.of("AWS::WAFv2::WebACL")

    assert distribution(app)["WebACLId"] == {"Fn::GetAtt": [acl, "Arn"]}
    assert app.one("AWS::WAFv2::WebACL")["Scope"] == "CLOUDFRONT"


def test_elsewhere_the_firewall_and_the_log_are_where_cloudfront_looks_for_them(
    synthesise: Callable[..., Stacks],
) -> None:
    stacks = synthesise("dev", **EUROPE)
    reference = distribution(stacks["app"])["WebACLId"]["Fn::GetStackOutput"]

    assert reference["StackName"] == "prepai-dev-firewall"
    assert reference["Region"] == EDGE_REGION
    assert reference["OutputName"] in stacks["firewall"].template["Outputs"]
    assert stacks["watch"].of("AWS::Logs::DeliverySource")
    assert not stacks["app"].of("AWS::WAFv2::WebACL")


def test_a_firewall_where_cloudfront_does_not_look_is_refused() -> None:
    environment = replace(COMMITTED["dev"], account=ACCOUNT, **EUROPE)
    stack = cdk.Stack(cdk.App(context=context()), "app", env=cdk.Environment(region="eu-west-1"))
    topic = cdk.aws_sns.Topic(stack, "Topic")
    surface = Surface(stack, "Alarms", environment=environment, name="site", topic=topic)

    with pytest.raises(ValueError, match="FirewallStack"):
        WebAcl(stack, "Firewall", environment=environment, surface=surface)


def rules(stack: Stack) -> dict[str, dict[str, Any]]:
    return {rule["Name"]: rule for rule in stack.one("AWS::WAFv2::WebACL")["Rules"]}


def test_cvs_and_code_pass_the_firewall(app: Stack) -> None:
    """Rules about bodies see attacks in what an interview is about; all others block."""
    for name in ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"):
        rule = rules(app)[name]
        overrides = rule["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]

        assert rule["OverrideAction"] == {"None": {}}
        assert all(each["Name"].endswith("_BODY") for each in overrides)
        assert all(each["ActionToUse"] == {"Count": {}} for each in overrides)
    common = rules(app)["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    assert "SizeRestrictions_BODY" in {each["Name"] for each in common["RuleActionOverrides"]}


def test_an_address_that_floods_is_told_to_wait(app: Stack) -> None:
    rule = rules(app)["too-often"]

    assert rule["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


def test_no_log_keeps_queries_tokens_or_cookies(app: Stack) -> None:
    fields = app.one("AWS::Logs::Delivery")["RecordFields"]
    redacted = json.dumps(app.one("AWS::WAFv2::LoggingConfiguration")["RedactedFields"])

    assert not {"cs-uri-query", "cs(Cookie)", "cs(Referer)"} & set(fields)
    assert all(name in redacted for name in ("QueryString", "authorization", "cookie"))
    assert not app.one("AWS::WAFv2::WebACL")["VisibilityConfig"]["SampledRequestsEnabled"]


def test_every_log_of_the_site_forgets(app: Stack) -> None:
    days = {
        name: each["Properties"]["RetentionInDays"]
        for name, each in app.of("AWS::Logs::LogGroup").items()
        if name.startswith(("Site", "Firewall"))
    }

    assert len(days) == 3
    assert set(days.values()) == {30}


def test_the_page_signs_in_by_code_alone_and_keeps_no_secret(app: Stack) -> None:
    client = app.one("AWS::Cognito::UserPoolClient")

    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["RefreshTokenRotation"]["Feature"] == "ENABLED"
    assert not {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"} & set(client["ExplicitAuthFlows"])


def test_the_api_takes_the_tokens_that_the_page_signs_in_for(app: Stack) -> None:
    [client] = app.of("AWS::Cognito::UserPoolClient")
    properties = app.one("AWS::Cognito::UserPoolClient")
    routes = [
        each["Properties"]
        for each in app.of("AWS::ApiGatewayV2::Route").values()
        if "AuthorizationScopes" in each["Properties"]
    ]

    assert {"Ref": client} in app.one("AWS::ApiGatewayV2::Authorizer")["JwtConfiguration"]["Audience"]
    assert all(set(route["AuthorizationScopes"]) & set(properties["AllowedOAuthScopes"]) for route in routes)
    assert routes


def test_people_are_sent_back_by_https_to_the_page_only(synthesise: Callable[..., Stacks]) -> None:
    client = synthesise("dev", page_urls=("https://jobs.example.com",))["app"].one(
        "AWS::Cognito::UserPoolClient"
    )

    for addresses in (client["CallbackURLs"], client["LogoutURLs"]):
        own, other = addresses
        assert own["Fn::Join"][1][0] == "https://"
        assert own["Fn::Join"][1][1]["Fn::GetAtt"][1] == "DomainName"
        assert other == "https://jobs.example.com/"


def test_the_pages_configuration_is_public_knowledge(app: Stack) -> None:
    files = next(
        each["Properties"]
        for each in app.of("Custom::CDKBucketDeployment").values()
        if "SourceMarkers" in each["Properties"]
    )
    filled_in = json.dumps(files["SourceMarkers"])

    assert re.search(r'"Ref": "SiteClient\w+"', filled_in)
    assert "secret" not in filled_in.lower()
    assert "resolve:" not in filled_in
