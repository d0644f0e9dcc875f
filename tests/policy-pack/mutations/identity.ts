import { matching } from "../../checks/mutations/places";
import { fault, type Mutation, titleOf } from "./mutation";

/** Who is who, and who may call whom. */
export const identity: readonly Mutation[] = [
  {
    policy: "require-mesh-wide-strict",
    mistake: "the mesh-wide PeerAuthentication weaker, for some pods only, or gone",
    kind: "PeerAuthentication",
    *faults({ props }) {
      const { namespace } = props.metadata as { namespace: string };
      if (namespace !== "istio-system") return;
      const says = {
        begins: "The mesh's root namespace istio-system has no PeerAuthentication ",
        names: ["STRICT"],
      };
      yield { changes: [[["spec", "mtls", "mode"], "PERMISSIVE"]], ...says };
      yield { changes: [[["spec", "selector"], { matchLabels: { app: "web" } }]], ...says };
      yield { changes: [], ...says };
    },
  },
  {
    policy: "forbid-weaker-mtls",
    mistake: "plain text accepted",
    kind: "PeerAuthentication",
    *faults(resource) {
      yield fault(resource, ["spec", "mtls", "mode"], "PERMISSIVE", ["PERMISSIVE", "STRICT"]);
      yield fault(resource, ["spec", "mtls", "mode"], "DISABLE", ["DISABLE", "STRICT"]);
      for (const { place } of matching(resource.props, "spec.portLevelMtls.*.mode")) {
        yield fault(resource, place, "PERMISSIVE", ["PERMISSIVE", "STRICT"]);
      }
    },
  },
  {
    policy: "forbid-weaker-mtls",
    mistake: "plain text sent",
    kind: "DestinationRule",
    *faults(resource) {
      const { host } = resource.props.spec as { host: string };
      if (!host.endsWith(".svc.cluster.local")) return;
      const mode = ["spec", "trafficPolicy", "tls", "mode"];
      yield fault(resource, mode, "DISABLE", ["DISABLE", "ISTIO_MUTUAL"]);
      yield fault(resource, mode, "SIMPLE", ["SIMPLE", "ISTIO_MUTUAL"]);
    },
  },
  {
    policy: "forbid-weaker-mtls",
    mistake: "automatic mutual TLS turned off",
    kind: "istiod",
    *faults(resource) {
      yield fault(resource, ["values", "meshConfig", "enableAutoMtls"], false, ["false", "true"]);
    },
  },
  {
    policy: "bound-certificate-lifetimes",
    mistake: "certificates that live too long, too short, or longer than istiod signs",
    kind: "istiod",
    *faults(resource) {
      const asked = ["values", "meshConfig", "defaultConfig", "proxyMetadata", "SECRET_TTL"];
      yield fault(resource, asked, "9m", ["9m", "10m"]);
      yield fault(resource, asked, "2161h", ["2161h", "limit of 2160h"]);
      yield fault(resource, ["values", "env", "MAX_WORKLOAD_CERT_TTL"], "8760h", ["8760h", "2160h"]);
      yield {
        ...fault(resource, asked, "48h", ["48h", "47h"]),
        changes: [
          [asked, "48h"],
          [["values", "env", "MAX_WORKLOAD_CERT_TTL"], "47h"],
        ],
      };
    },
  },
  {
    policy: "bound-certificate-lifetimes",
    mistake: "a gateway's certificates that live too long",
    kind: "gateway",
    *faults(resource) {
      yield fault(resource, ["values", "env", "SECRET_TTL"], "2161h", ["2161h", "2160h"]);
    },
  },
  {
    policy: "require-default-deny",
    mistake: "the default deny gone, or for some pods only, or allowing something",
    kind: "AuthorizationPolicy",
    *faults({ props }) {
      const { namespace, name } = props.metadata as { namespace: string; name: string };
      if (name !== "default-deny") return;
      const says = { begins: `Namespace ${namespace} has no AuthorizationPolicy `, names: ["default-deny"] };
      yield { changes: [], ...says };
      yield { changes: [[["spec", "selector"], { matchLabels: { app: "web" } }]], ...says };
      yield { changes: [[["spec", "rules"], [{}]]], ...says };
    },
  },
  {
    policy: "forbid-allow-all",
    mistake: "everybody admitted",
    kind: "AuthorizationPolicy",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.rules.*.from.*.source.principals.*")) {
        yield fault(resource, place, "*", ['"*"', "every identity"]);
        yield fault(resource, place, "cluster.local/ns/*", ['"cluster.local/ns/*"', "namespaces"]);
      }
      for (const { place } of matching(resource.props, "spec.rules.*")) {
        yield fault(resource, place, {}, ["every request"]);
      }
    },
  },
  {
    policy: "require-safe-patterns",
    mistake: "exceptions from what is allowed",
    kind: "AuthorizationPolicy",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.rules.*.to.*.operation")) {
        yield fault(resource, [...place, "notPaths"], ["/listed/nowhere"], ["ALLOW"]);
      }
      for (const { place } of matching(resource.props, "spec.rules.*.from.*.source")) {
        yield fault(resource, [...place, "notNamespaces"], ["other"], ["ALLOW"]);
      }
    },
  },
  {
    policy: "require-normalized-matches",
    mistake: "methods and paths as no request has them",
    kind: "AuthorizationPolicy",
    *faults(resource) {
      for (const { place, value } of matching(resource.props, "spec.rules.*.to.*.operation.methods.*")) {
        const method = String(value).toLowerCase();
        yield fault(resource, place, method, [`"${method}"`, `"${String(value)}"`]);
      }
      for (const { place } of matching(resource.props, "spec.rules.*.to.*.operation.paths.*")) {
        for (const path of ["/a//b", "/a/../b", "a", "/a?b"])
          yield fault(resource, place, path, [`"${path}"`]);
      }
    },
  },
  {
    policy: "require-token-rules",
    mistake: "tokens checked for pods whose rules need none",
    kind: "RequestAuthentication",
    *faults(resource) {
      yield {
        changes: [[["spec", "selector"], { matchLabels: { app: "somebody-else" } }]],
        begins: `${titleOf(resource)}: no AuthorizationPolicy for the same workloads requires the tokens `,
        names: ["requestPrincipals"],
      };
    },
  },
  {
    policy: "forbid-claims-in-known-headers",
    mistake: "a token's content in a header that means something else",
    kind: "RequestAuthentication",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.jwtRules.*")) {
        for (const header of ["authorization", "x-forwarded-client-cert"]) {
          yield fault(resource, [...place, "outputPayloadToHeader"], header, [`"${header}"`]);
        }
        const outputs = [...place, "outputClaimToHeaders"];
        yield {
          ...fault(resource, [...outputs, 0, "header"], undefined, ['"host"']),
          changes: [[outputs, [{ claim: "sub", header: "host" }]]],
        };
      }
    },
  },
  {
    policy: "forbid-security-patches",
    mistake: "a selector added to a default deny by a patch",
    kind: "AuthorizationPolicyPatch",
    added: {
      type: "kubernetes:security.istio.io/v1:AuthorizationPolicyPatch",
      name: "default-deny",
      props: { metadata: { namespace: "istio-system", name: "default-deny", labels: { team: "mesh" } } },
    },
    *faults() {
      yield {
        changes: [[["spec"], { selector: { matchLabels: { app: "web" } } }]],
        begins: "AuthorizationPolicy istio-system/default-deny: spec ",
        names: ["patch"],
      };
    },
  },
  {
    policy: "require-effective-selectors",
    mistake: "rules for a Gateway of the Gateway API by its labels",
    kind: "AuthorizationPolicy",
    *faults(resource) {
      const label = ["spec", "selector", "matchLabels", "gateway.networking.k8s.io/gateway-name"];
      yield fault(resource, label, "public", ["targetRefs"]);
    },
  },
  {
    policy: "require-secure-jwks",
    mistake: "keys of tokens fetched over plaintext",
    kind: "RequestAuthentication",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.jwtRules.*")) {
        const uri = "http://auth.example.com/jwks";
        yield fault(resource, [...place, "jwksUri"], uri, [uri, "https://"]);
      }
    },
  },
  {
    policy: "require-safe-effects",
    mistake: "selectors with typing errors",
    kind: "AuthorizationPolicy",
    *faults(resource) {
      const { namespace } = resource.props.metadata as { namespace: string };
      // The pods of charts are not in the stack, and short names are too similar anyway.
      if (namespace.endsWith("monitoring")) return;
      for (const { place, value } of matching(resource.props, "spec.selector.matchLabels.app")) {
        if (String(value).length < 4) continue;
        const mistyped = `${String(value)}x`;
        yield fault(resource, place, mistyped, [`"${mistyped}"`, `app=${String(value)}`]);
      }
    },
  },
];
