"""The one address that people know: the page, and behind the same name the API."""

from __future__ import annotations

from typing import Final, cast

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra import ROOT
from infra.constructs.identity import MACHINE_SCOPE, Identity
from infra.constructs.log import log_group
from infra.constructs.origin_secret import OriginSecret
from infra.constructs.web_acl import WebAcl
from infra.environments import Environment

ORIGIN_HEADER: Final = "x-prepai-origin"
"""Carries the secret by which the API knows that a request came through the firewall."""

API_PATHS: Final = ("/api/*", "/health", "/docs*", "/redoc*", "/openapi.json")
"""What the API answers; everything else is the page."""

SCOPES: Final = ("openid", "email", MACHINE_SCOPE)
"""What the page asks for: who it is, for the corner of the page, and the scope that the API's routes demand."""

_PAGE: Final = ROOT / "web/dist"
_ASSETS: Final = "assets/*"
_YEAR: Final = cdk.Duration.days(365)
# A sign-in lasts a working day; a tab that is left open asks for a new access token every hour.
_SIGNED_IN: Final = cdk.Duration.hours(12)
_DEPLOYMENT: Final = "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"
# HTTP APIs give up after 30 s; to wait longer than that would be to wait for nobody.
_ANSWERED_WITHIN: Final = cdk.Duration.seconds(30)


class PageMissingError(Exception):
    """The page was not built, so there is nothing to deploy."""


class Site(Construct):
    """CloudFront in front of a private bucket with the page, and of the API under `api_domain`.

    One origin for both, so that the browser needs no CORS and the page no address. The API's answers are never cached,
    and it sets its own headers; the page is held to a policy that names every host it may speak to. There is no
    fallback for unknown paths: the page's addresses lie behind `#`, and an error page of the distribution would stand
    for the API's own answers, too.

    Files with a digest in their name are kept for a year. The others are asked for anew each time, by browsers and by
    the edges, so a deployment needs no invalidation and no right to make one.

    The secret header reaches the template as a reference that CloudFormation resolves, and only anew when its text
    changes (see `OriginSecret`).

    With `environment.page_domain` the distribution answers under that name, with TLS 1.2 at least. CloudFront's own
    names cannot demand it: their certificate comes with its own policy, which no setting changes.

    identity: gets a client for the page: public, authorization code alone, sent back to this address and to
        `environment.page_urls`.
    uploads: the bucket to which the page may post large CVs.
    web_acl: see `WebAcl`; outside of its region it comes from a stack of its own.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        api_domain: str,
        origin_secret: OriginSecret,
        identity: Identity,
        uploads: s3.IBucket,
        web_acl: WebAcl,
    ) -> None:
        super().__init__(scope, id)
        if not (_PAGE / "index.html").exists():
            raise PageMissingError(f"expected the built page in {_PAGE}, found none; run make setup")
        self.bucket = self._bucket(environment)
        self._login = identity.domain.base_url()
        page_headers = self._page_headers(environment, uploads)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"PrepAI {environment.name}: page and API",
            default_root_object="index.html",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(self.bucket),
                cache_policy=self._page_cache(environment),
                response_headers_policy=page_headers,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                compress=True,
            ),
            additional_behaviors=self._api(environment, api_domain, origin_secret),
            web_acl_id=web_acl.arn,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            minimum_protocol_version=(
                cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if environment.page_certificate else None
            ),
            domain_names=[environment.page_domain] if environment.page_domain else None,
            certificate=(
                certificates.Certificate.from_certificate_arn(
                    self, "Certificate", environment.page_certificate
                )
                if environment.page_certificate
                else None
            ),
        )
        self.url = f"https://{environment.page_domain or self.distribution.distribution_domain_name}"
        self.client = self._client(environment, identity)
        self._deploy(environment, identity)
        self._acknowledge(environment)

    @property
    def page_client_id(self) -> str:
        """The client whose tokens the API must take, too."""
        return self.client.user_pool_client_id

    def _bucket(self, environment: Environment) -> s3.Bucket:
        return s3.Bucket(
            self,
            "Page",
            bucket_name=f"{environment.named('page')}-{cdk.Stack.of(self).account}",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            # Everything in it can be built again, and the deployment takes its files along when it is removed.
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _page_cache(self, environment: Environment) -> cloudfront.CachePolicy:
        return cloudfront.CachePolicy(
            self,
            "PageCache",
            cache_policy_name=environment.named("page"),
            comment="As long as each file says; index.html says: ask first",
            min_ttl=cdk.Duration.seconds(0),
            default_ttl=cdk.Duration.seconds(0),
            max_ttl=_YEAR,
            enable_accept_encoding_brotli=True,
            enable_accept_encoding_gzip=True,
        )

    def _page_headers(
        self, environment: Environment, uploads: s3.IBucket
    ) -> cloudfront.ResponseHeadersPolicy:
        stack = cdk.Stack.of(self)
        reached = (
            f"wss://bedrock-agentcore.{stack.region}.amazonaws.com",
            self._login,
            # Presigned forms name the bucket either way, by the client's settings.
            f"https://{uploads.bucket_domain_name}",
            f"https://{uploads.bucket_regional_domain_name}",
        )
        return cloudfront.ResponseHeadersPolicy(
            self,
            "PageHeaders",
            response_headers_policy_name=environment.named("page"),
            comment="How little the page may do",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    # As runtime/api/headers.py has it for a laptop, but with every host by name: a test compares them.
                    content_security_policy=(
                        f"default-src 'self'; connect-src 'self' {' '.join(reached)}; img-src 'self' data:; "
                        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
                        "frame-ancestors 'none'; form-action 'self'"
                    ),
                    override=True,
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=_only_https(),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cloudfront.ResponseCustomHeader(
                        header="Cross-Origin-Resource-Policy", value="same-origin", override=True
                    ),
                    cloudfront.ResponseCustomHeader(
                        header="Permissions-Policy",
                        value="microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
                        override=True,
                    ),
                ]
            ),
        )

    def _api(
        self, environment: Environment, domain: str, secret: OriginSecret
    ) -> dict[str, cloudfront.BehaviorOptions]:
        origin = origins.HttpOrigin(
            domain,
            # In the template this is a reference; CloudFormation alone sees the value. CloudFront replaces what a
            # visitor sends under this name.
            custom_headers={ORIGIN_HEADER: secret.header.unsafe_unwrap()},
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            read_timeout=_ANSWERED_WITHIN,
        )
        headers = cloudfront.ResponseHeadersPolicy(
            self,
            "ApiHeaders",
            response_headers_policy_name=environment.named("api"),
            comment="The API sets its own headers; that there is HTTPS only it cannot know",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                strict_transport_security=_only_https()
            ),
        )

        def behavior(methods: cloudfront.AllowedMethods) -> cloudfront.BehaviorOptions:
            return cloudfront.BehaviorOptions(
                origin=origin,
                allowed_methods=methods,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                # With Authorization; without Host, by which API Gateway knows whose request it is.
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                response_headers_policy=headers,
                # No redirect: whoever sends a token in clear must hear of it, and not have it work.
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            )

        everything, reading = cloudfront.AllowedMethods.ALLOW_ALL, cloudfront.AllowedMethods.ALLOW_GET_HEAD
        return {path: behavior(everything if path == "/api/*" else reading) for path in API_PATHS}

    def _client(self, environment: Environment, identity: Identity) -> cognito.UserPoolClient:
        addresses = [f"{url.rstrip('/')}/" for url in (self.url, *environment.page_urls)]
        return cognito.UserPoolClient(
            self,
            "Client",
            user_pool=identity.pool,
            user_pool_client_name=environment.named("page"),
            # A page keeps no secret: PKCE stands in for it.
            generate_secret=False,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.custom(scope) for scope in SCOPES],
                callback_urls=addresses,
                logout_urls=addresses,
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            access_token_validity=cdk.Duration.hours(1),
            id_token_validity=cdk.Duration.hours(1),
            refresh_token_validity=_SIGNED_IN,
            # A refresh token serves once (RFC 9700, 4.14). The grace is for an answer that was lost on its way.
            refresh_token_rotation_grace_period=cdk.Duration.seconds(30),
            # Cognito allows several flows unless one is named. In this one no password is sent, and what it gives lacks
            # the scope that the API demands: people sign in on Cognito's own page.
            auth_flows=cognito.AuthFlow(user_srp=True),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
            read_attributes=cognito.ClientAttributes().with_standard_attributes(
                email=True, email_verified=True
            ),
        )

    def _deploy(self, environment: Environment, identity: Identity) -> None:
        config = {
            "region": cdk.Stack.of(self).region,
            "issuer": identity.issuer,
            "login": self._login,
            "client_id": self.page_client_id,
            "scopes": list(SCOPES),
        }
        role = self._deployer()
        files = deployment.Source.asset(str(_PAGE))
        log = log_group(
            self,
            "DeploymentLog",
            environment=environment,
            name=f"/aws/lambda/{environment.named('page-deployment')}",
        )
        log.grant_write(role)
        # Left alone, CDK would add wildcards to the role; in turn it no longer waits for the role's policy.
        fixed = role.without_policy_updates()
        assets = deployment.BucketDeployment(
            self,
            "Assets",
            destination_bucket=self.bucket,
            sources=[files],
            exclude=["*"],
            include=[_ASSETS],
            cache_control=[
                deployment.CacheControl.from_string(f"public, max-age={_YEAR.to_seconds():.0f}, immutable")
            ],
            role=fixed,
            log_group=log,
            retain_on_delete=False,
        )
        page = deployment.BucketDeployment(
            self,
            "Files",
            destination_bucket=self.bucket,
            sources=[files, deployment.Source.json_data("config.json", config)],
            exclude=[_ASSETS],
            cache_control=[deployment.CacheControl.no_cache()],
            role=fixed,
            log_group=log,
            retain_on_delete=False,
        )
        for each in (assets, page):
            each.node.add_dependency(role)
        # A page never names files that are not there yet.
        page.node.add_dependency(assets)

    def _deployer(self) -> iam.Role:
        """May read what the deployment brought along, and write the page's bucket."""
        stack = cdk.Stack.of(self)
        role = iam.Role(
            self,
            "Deployer",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Puts the page into its bucket",
        )
        qualifier = stack.synthesizer.bootstrap_qualifier
        brought = f"arn:{stack.partition}:s3:::cdk-{qualifier}-assets-{stack.account}-{stack.region}"
        role.add_to_policy(
            iam.PolicyStatement(sid="Assets", actions=["s3:GetObject"], resources=[f"{brought}/*"])
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="Compare",
                actions=["s3:ListBucket", "s3:GetBucketTagging"],
                resources=[self.bucket.bucket_arn],
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="Copy",
                actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                resources=[self.bucket.arn_for_objects("*")],
            )
        )
        page = stack.get_logical_id(cast("s3.CfnBucket", self.bucket.node.default_child))
        account = "<AWS::AccountId>" if cdk.Token.is_unresolved(stack.account) else stack.account
        for objects in (
            f"arn:{stack.partition}:s3:::cdk-{qualifier}-assets-{account}-{stack.region}",
            f"<{page}.Arn>",
        ):
            cdk.Validations.of(role).acknowledge(
                cdk.Acknowledgment(
                    id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{objects}/*]",
                    reason="Objects of two buckets that hold nothing but what was built from this clone",
                )
            )
        return role

    def _acknowledge(self, environment: Environment) -> None:
        cdk.Validations.of(self.bucket).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-S1",
                reason="Public files that only the distribution reads, whose own log names each request",
            )
        )
        cdk.Validations.of(self.distribution).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-CFR1",
                reason="Candidates are wherever they are; nothing in the product is bound to a country",
            ),
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-CFR3",
                reason="Logged by a delivery (SiteWatch), which leaves out queries; this rule knows the older way",
            ),
        )
        # CDK makes one function for all deployments of a stack.
        cdk.Validations.of(cdk.Stack.of(self).node.find_child(_DEPLOYMENT)).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-L1",
                reason="CDK's own function, with the runtime it is tested with",
            )
        )
        if environment.page_certificate is None:
            cdk.Validations.of(self.distribution).acknowledge(
                cdk.Acknowledgment(
                    id="AwsSolutions::AwsSolutions-CFR4",
                    reason="CloudFront's own name comes with its own policy; page_domain brings TLS 1.2",
                )
            )


def _only_https() -> cloudfront.ResponseHeadersStrictTransportSecurity:
    return cloudfront.ResponseHeadersStrictTransportSecurity(
        access_control_max_age=_YEAR, include_subdomains=True, override=True
    )
