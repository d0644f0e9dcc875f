import {
  allowing,
  type Case,
  caseOf as way,
  from,
  object,
  operation,
  type Tree,
  typed,
  when,
} from "./object";

const policy = (name: string, spec: Tree, metadata: Tree = {}) =>
  object("AuthorizationPolicy", name, { spec }, metadata);
const tokens = (rule: Tree) =>
  object("RequestAuthentication", "cart", {
    spec: { selector: { matchLabels: { app: "cart" } }, jwtRules: [rule] },
  });
const withToken = allowing(from({ requestPrincipals: ["https://i.example.com/*"] }));

/** Ways past the pack by authorization, tokens and identities. */
export const accessWays: readonly Case[] = [
  way("every path by two prefixes", allowing(operation({ paths: ["/*", "*"] }))),
  way("every path that ends", allowing(operation({ paths: ["*r", "*h", "*"] }))),
  way("any scheme", allowing(when("request.headers[:scheme]", ["http", "https"]))),
  way("any SNI", allowing(when("connection.sni", ["*"]))),
  way("the only port by a condition", allowing(when("destination.port", ["8080"]))),
  way("any content type", allowing(when("request.headers[content-type]", ["*"]))),
  way("any host by a suffix", allowing(operation({ hosts: ["*.example.com", "*"] }))),
  way(
    "the mesh's trust domain and all others",
    allowing(from({ trustDomains: ["cluster.local", "other.example.com"] })),
  ),
  way("a principal's prefix in every namespace", allowing(from({ principals: ["cluster.local/ns/*"] }))),
  way(
    "namespaces by one letter each",
    allowing(from({ namespaces: "abcdefghijklmnopqrstuvwxyz".split("").map((letter) => `${letter}*`) })),
  ),
  way("every namespace by a condition", allowing(when("source.namespace", ["*"]))),
  way(
    "every private network, and the rest",
    allowing(from({ remoteIpBlocks: ["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1"] })),
  ),
  way("every IPv6 address", allowing(from({ ipBlocks: ["::/1", "8000::/1"] }))),
  way(
    "a rule of the root namespace for one workload",
    policy(
      "open",
      { selector: { matchLabels: { app: "cart" } }, rules: [operation({ ports: ["8080"] })] },
      { namespace: "istio-system" },
    ),
  ),
  way("a rule of the root namespace for all", policy("open", { rules: [{}] }, { namespace: "istio-system" })),
  way(
    "a rule of a Gateway for all",
    policy("open", {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "public" }],
      rules: [{}],
    }),
  ),
  way(
    "an old target reference for all",
    policy("open", {
      targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: "public" },
      rules: [{}],
    }),
  ),
  way(
    "a policy of all in v1beta1",
    typed("security.istio.io/v1beta1", "AuthorizationPolicy", "open", { spec: { rules: [{}] } }),
  ),
  way(
    "a second rule that allows all",
    allowing(
      from({ principals: ["cluster.local/ns/shop/sa/web"] }),
      operation({ methods: ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] }),
    ),
  ),
  way(
    "a second source that is everyone",
    allowing({
      from: [
        { source: { principals: ["cluster.local/ns/shop/sa/web"] } },
        { source: { ipBlocks: ["0.0.0.0/0"] } },
      ],
    }),
  ),
  way(
    "a second operation that is everything",
    allowing({ to: [{ operation: { paths: ["/health"] } }, { operation: { methods: ["GET"] } }] }),
  ),
  way("every token except one", allowing(from({ notRequestPrincipals: ["https://i.example.com/evil"] }))),
  way(
    "a DENY of a header's value",
    policy("deny", {
      selector: { matchLabels: { app: "cart" } },
      action: "DENY",
      rules: [when("request.headers[x-role]", ["guest"])],
    }),
  ),
  way(
    "a DENY of a path with a prefix",
    policy("deny", {
      selector: { matchLabels: { app: "cart" } },
      action: "DENY",
      rules: [operation({ paths: ["/admin*"] })],
    }),
  ),
  way(
    "a DENY of a method",
    policy("deny", {
      selector: { matchLabels: { app: "cart" } },
      action: "DENY",
      rules: [operation({ methods: ["DELETE"] })],
    }),
  ),
  way(
    "tokens that a public key of Istio's samples signs",
    tokens({
      issuer: "testing@secure.istio.io",
      jwksUri:
        "https://raw.githubusercontent.com/istio/istio/release-1.31/security/tools/jwt/samples/jwks.json",
    }),
    allowing(from({ requestPrincipals: ["testing@secure.istio.io/*"] })),
  ),
  way(
    "keys from the metadata service",
    tokens({ issuer: "https://i.example.com", jwksUri: "https://169.254.169.254/jwks" }),
    withToken,
  ),
  way(
    "keys from istiod itself",
    tokens({ issuer: "https://i.example.com", jwksUri: "https://localhost:15014/jwks" }),
    withToken,
  ),
  way(
    "a claim in the header of the identity",
    tokens({
      issuer: "https://i.example.com",
      jwksUri: "https://i.example.com/jwks",
      outputClaimToHeaders: [{ header: "x-forwarded-client-cert", claim: "sub" }],
    }),
    withToken,
  ),
  way(
    "a token that no rule demands",
    tokens({ issuer: "https://i.example.com", jwksUri: "https://i.example.com/jwks" }),
  ),
  way("tokens checked by a patch that removes them", {
    ...tokens({ issuer: "x" }),
    type: "kubernetes:security.istio.io/v1:RequestAuthenticationPatch",
  }),
];
