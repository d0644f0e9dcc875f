import { checks, competing, dangling, impossible, live, never, policies, type Row, valid } from "./answer";

const whole = impossible(
  "mesh/renderMesh",
  "allows exactly the requests that the catalog declares, from every client",
);
const bounded = impossible("mesh/destinationRule", "bounds every service, with mutual TLS");
const retried = impossible(
  "mesh/virtualService",
  "retries POST and PATCH only where the request has certainly not arrived",
);
const filtered = impossible(
  "mesh/envoyFilter",
  "limits the requests to each pod, last before the router, for the versions that it was tried with",
);
const strict = [
  ...impossible(
    "mesh/peerAuthentication",
    "is STRICT in every namespace of the mesh, and leaves the root namespace to the control plane",
  ),
  ...impossible(
    "components/istioObjects",
    "has the mesh-wide PeerAuthentication, which is STRICT unless the arguments say PERMISSIVE",
  ),
];

/** Frequent mistakes with Istio, the most expensive first. */
export const mistakes: readonly Row[] = (
  [
    ["the mesh as a whole is not STRICT", [...strict, ...policies("require-mesh-wide-strict")]],
    [
      "a namespace, a workload or a port weakens it",
      [...checks("MW303", "MW910"), ...policies("forbid-weaker-mtls")],
    ],
    [
      "a DestinationRule turns mutual TLS off for a host of the mesh",
      [...bounded, ...checks("MW910"), ...policies("forbid-weaker-mtls")],
    ],
    ["a route leads to a subset that doesn't exist", [...checks("MW104", "MW361", "MW914"), ...dangling]],
    [
      "a route exists before the subset that it leads to",
      impossible(
        "components/order",
        "puts a route after the rules of all its hosts, mirrors too, and its gateways",
      ),
    ],
    ["no default deny", [...whole, ...checks("MW911"), ...policies("require-default-deny")]],
    ["a policy names an identity that no workload has", [...checks("MW101", "MW309"), ...whole]],
    ["a selector selects no workload", [...dangling, ...checks("MW918")]],
    [
      "a token is verified if the request has one, but not required",
      [...checks("MW307"), ...policies("require-token-rules")],
    ],
    [
      "the access log has operators that Envoy doesn't support",
      impossible(
        "components/meshConfig",
        "logs JSON with operators that Envoy knows, the correlation ids among them",
      ),
    ],
    ["two VirtualServices apply to one host", [...checks("MW107"), ...competing]],
    ["two DestinationRules apply to one host", [...checks("MW601"), ...competing]],
    [
      "a certificate's lifetime exceeds the maximum that istiod signs",
      policies("bound-certificate-lifetimes"),
    ],
    [
      "a Gateway's selector is not the label of the gateway's release",
      impossible(
        "catalog/normalize",
        "derives namespace, label and identity of a gateway from its Helm release",
      ),
    ],
    ["requests that are not idempotent are retried", [...retried, ...policies("forbid-unsafe-retries")]],
    [
      "the attempts of a request exceed its timeout",
      [...checks("MW401", "MW402"), ...policies("bound-retries")],
    ],
    [
      "a call's timeout exceeds the timeout of its caller",
      [...checks("MW403"), ...policies("bound-timeouts")],
    ],
    ["retries multiply along a call path", [...checks("MW404"), ...policies("bound-retries")]],
    [
      "a circuit breaker has no limits, or limits that reject all requests",
      [
        ...bounded,
        ...checks("MW506", "MW507"),
        ...policies("require-circuit-breakers", "bound-circuit-breakers"),
      ],
    ],
    [
      "ejections leave too few endpoints",
      [...checks("MW502", "MW508"), ...policies("bound-circuit-breakers")],
    ],
    ["a port doesn't declare its protocol", checks("MW003")],
    [
      "settings of a port replace those of the whole rule",
      [
        ...never("a DestinationRule with portLevelSettings"),
        ...policies("bound-circuit-breakers", "forbid-weaker-mtls"),
      ],
    ],
    ["request settings on a TCP port", checks("MW204")],
    ["fields that Istio removed or ignores", [...checks("MW001", "MW002"), ...valid]],
    ["failover without outlier detection", checks("MW501", "MW510")],
    ["weights that don't sum to 100", checks("MW201", "MW202")],
    [
      "a NetworkPolicy blocks proxies from istiod or DNS, or probes from pods",
      impossible(
        "mesh/networkPolicy",
        "allows in each namespace what Istio needs: probes, metrics, names, istiod and traces",
      ),
    ],
    [
      "an external host is called, but not declared",
      [...checks("MW101", "MW915"), ...policies("restrict-egress")],
    ],
    [
      "ports bypass the proxy",
      [...checks("MW302", "MW305", "MW310", "MW913"), ...policies("flag-capture-bypasses")],
    ],
    [
      "a namespace has no injection label, or two",
      [
        ...impossible(
          "mesh/namespace",
          "has its pods injected by a revision, and then no other label that would win over it",
        ),
        ...checks("MW913"),
        ...policies("require-injection"),
      ],
    ],
    ["a gateway's certificate is not in its namespace", live()],
    [
      "a Gateway accepts TLS below 1.2, plain HTTP or every host",
      [
        ...checks("MW001", "MW105"),
        ...impossible(
          "mesh/gateway",
          "redirects plain HTTP, and shares a server among hosts with the same certificate",
        ),
        ...policies("require-gateway-tls", "forbid-wildcard-hosts"),
      ],
    ],
    [
      "a rule matches identities on a port that accepts plaintext",
      [...checks("MW303"), ...policies("forbid-weaker-mtls")],
    ],
    [
      "a rule's path is in a form that no request has, or matches more than was meant",
      [
        ...checks("MW306", "MW311", "MW370"),
        ...policies("require-normalized-matches", "require-safe-patterns"),
      ],
    ],
    [
      "an EnvoyFilter has no priority, no version of the proxy, or no effect",
      [...filtered, ...policies("require-safe-envoy-filters")],
    ],
    [
      "a Wasm module is not pinned, or fails open",
      [...never("a WasmPlugin"), ...policies("require-pinned-wasm")],
    ],
    [
      "requests are mirrored to themselves, or faults injected in production",
      [...checks("MW206", "MW203"), ...policies("forbid-fault-injection")],
    ],
    ["one istiod or gateway, without a disruption budget", policies("require-high-availability")],
    ["every request is traced in production", policies("bound-trace-sampling")],
    ["versions without support", policies("require-supported-versions", "flag-outdated-versions")],
  ] as const
).map(([mistake, answers], i) => ({ id: String(i + 1), mistake, answers }));
