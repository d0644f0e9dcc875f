import { words } from "../configuration";
import { nist, resourcePolicy } from "../policy";
import { isRequestAuthentication } from "../reading/resource";

/**
 * A token's content in a header that means something else is taken for that: a claim in `host` routes, one in
 * `authorization` authenticates.
 * https://istio.io/latest/docs/reference/config/security/jwt/
 */
export const forbidClaimsInKnownHeaders = resourcePolicy({
  name: "forbid-claims-in-known-headers",
  displayName: "Claims stay out of well-known headers",
  description: "RequestAuthentication copies tokens and claims into no header that has a meaning of its own.",
  severity: "medium",
  framework: nist("SI-10", "Information input validation"),
  tags: ["istio", "security", "authentication", "jwt"],
  remediationSteps:
    "Choose a header of your own in outputPayloadToHeader and outputClaimToHeaders, such as x-jwt-payload.",
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
      "Headers that take no token and no claim; a * at the end stands for any rest",
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
        if (typeof header !== "string" || !prohibitedHeaders.some((name) => matches(name, header))) return [];
        return [
          {
            field,
            problem: `is "${header}", which has a meaning of its own`,
            cure: "Choose another header, such as x-jwt-payload",
          },
        ];
      });
  },
});

function matches(pattern: string, header: string): boolean {
  const name = header.toLowerCase();
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
