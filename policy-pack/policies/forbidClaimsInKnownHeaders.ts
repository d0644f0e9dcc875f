import { words } from "../configuration";
import { type Message, nist, resourcePolicy } from "../policy";
import { matchesHeader } from "../reading/header";
import { isRequestAuthentication } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  knownHeader: (header: string): Message => ({
    problem: `is "${header}", a well-known header with its own meaning`,
    fix: "Use another header, such as x-jwt-payload",
  }),
};

/**
 * Services and proxies interpret well-known headers: a claim in `host` changes routing, and a claim in `authorization`
 * is read as credentials.
 * https://istio.io/latest/docs/reference/config/security/jwt/
 */
export const forbidClaimsInKnownHeaders = resourcePolicy({
  name: "forbid-claims-in-known-headers",
  displayName: "Claims are not copied to well-known headers",
  description: "RequestAuthentications do not copy tokens or claims to well-known headers.",
  severity: "medium",
  framework: nist("SI-10", "Information input validation"),
  tags: ["istio", "security", "authentication", "jwt"],
  remediationSteps:
    "In outputPayloadToHeader and outputClaimToHeaders, use your own header, such as x-jwt-payload.",
  url: "https://istio.io/latest/docs/reference/config/security/jwt/",
  settings: {
    prohibitedHeaders: words(
      [
        ...[
          "host",
          "authorization",
          "cookie",
          "user-agent",
          "content-type",
          "content-length",
          "transfer-encoding",
        ],
        ...[
          "connection",
          "upgrade",
          "origin",
          "referer",
          "forwarded",
          "x-forwarded-*",
          "x-envoy-*",
          "x-request-id",
        ],
        ...["x-real-ip", "traceparent", "x-b3-*"],
      ],
      "Headers to which no token or claim may be copied. A * at the end matches any suffix.",
    ),
  },
  appliesTo: isRequestAuthentication,
  judge({ fields }, { prohibitedHeaders }) {
    const rules = fields.at("spec", "jwtRules").children();
    return rules
      .flatMap((rule) => [
        rule.at("outputPayloadToHeader"),
        ...rule
          .at("outputClaimToHeaders")
          .children()
          .map((output) => output.at("header")),
      ])
      .flatMap((field) => {
        const header = field.value;
        if (typeof header !== "string" || !prohibitedHeaders.some((name) => matchesHeader(name, header)))
          return [];
        return [{ field, ...messages.knownHeader(header) }];
      });
  },
});
