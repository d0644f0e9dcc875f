import { expect } from "chai";
import { audit } from "../../../cli/audit/audit";
import { policySettings } from "../../../cli/audit/settings";
import { liveSources, sourcesOf } from "../../../cli/audit/sources";
import { withFiles } from "../../../cli/liveSide";
import { readText } from "../../../cli/manifests";
import type { PlainObject } from "../../../effect";
import {
  deployment,
  documents,
  meshNamespace,
  policy,
  service,
  strict,
} from "../../../cli/audit/rules/examples";

const objectsIn = (text: string): PlainObject[] =>
  sourcesOf(readText(text, "cluster.yaml"), "default").objects.map(({ object }) => object);

/** What runs: web calls reviews, which has two versions. */
const running = documents(
  meshNamespace,
  strict,
  deployment("web", { env: '{ name: REVIEWS, value: "http://reviews:9080" }' }),
  deployment("reviews", { labels: "version: v1" }),
  service("web"),
  service("reviews", "name: http, port: 9080"),
  policy("web", "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/reviews] } }] }]"),
  policy("reviews", "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }]"),
);

/** The rules that find something on the cluster after a file is applied, and that find nothing before. */
function foundBefore(file: string): string[] {
  const live = { objects: objectsIn(running), denied: [] };
  const settings = policySettings("prod");
  const read = readText(file, "change.yaml");
  const after = withFiles(liveSources(live), sourcesOf(read, "default"));
  const codes = (sources: typeof after): Set<string> =>
    new Set(
      audit({ ...sources, unreadable: [] }, { settings, complete: true }).findings.map(
        ({ code, object, message }) => `${code} ${object?.kind ?? ""} ${object?.name ?? ""}: ${message}`,
      ),
    );
  const known = codes(liveSources(live));
  return [...codes(after)].filter((one) => !known.has(one));
}

const istio = (kind: string, name: string, spec: string): string =>
  `apiVersion: ${/Authentication|AuthorizationPolicy/.test(kind) ? "security" : "networking"}.istio.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
`;

/** Changes that the API server accepts, and that fail silently, with the rule that finds each. */
const changes: Readonly<Record<string, readonly [change: string, found: RegExp]>> = {
  "a host of a Gateway without a route": [
    istio(
      "Gateway",
      "public",
      "{ selector: { app: web }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }] }",
    ),
    /^MW935 Gateway public/,
  ],
  "a rule for a caller that does not exist": [
    policy("reviews", "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/wbe] } }] }]"),
    /^MW937 AuthorizationPolicy reviews/,
  ],
  "a route to a host that does not exist": [
    istio(
      "VirtualService",
      "reviews",
      "{ hosts: [reviews], http: [{ route: [{ destination: { host: review } }] }] }",
    ),
    /^MW923 VirtualService reviews/,
  ],
  "a route to a subset without pods": [
    documents(
      istio(
        "VirtualService",
        "reviews",
        "{ hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v2 } }] }] }",
      ),
      istio(
        "DestinationRule",
        "reviews",
        "{ host: reviews, subsets: [{ name: v2, labels: { version: v2 } }] }",
      ),
    ),
    /^MW925 DestinationRule reviews/,
  ],
  "a service that is cut off from its caller": [
    policy("reviews", "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/reviews] } }] }]"),
    /^MW934 Deployment web/,
  ],
  "a service that denies every request": [
    istio("AuthorizationPolicy", "reviews", "{ selector: { matchLabels: { app: reviews } } }"),
    /^MW936 Deployment reviews/,
  ],
  "a caller without a proxy, stranded by STRICT": [
    deployment("batch", {
      labels: '"sidecar.istio.io/inject": "false"',
      env: '{ name: REVIEWS, value: "http://reviews:9080" }',
    }),
    /^MW934 Deployment batch/,
  ],
  "callers with a plaintext rule, stranded by STRICT": [
    istio("DestinationRule", "reviews", "{ host: reviews, trafficPolicy: { tls: { mode: DISABLE } } }"),
    /DestinationRule reviews: .*(plaintext|STRICT)/,
  ],
  "a subset whose labels the Service excludes": [
    istio("DestinationRule", "reviews", "{ host: reviews, subsets: [{ name: web, labels: { app: web } }] }"),
    /^MW925 DestinationRule reviews: .*the Service selects app=reviews/,
  ],
};

describe("cli/audit: a cluster, before a change is applied", () => {
  for (const [mistake, [change, found]] of Object.entries(changes)) {
    it(`finds ${mistake}`, () => {
      const findings = foundBefore(change);
      expect(
        findings.filter((one) => found.test(one)),
        findings.join("\n"),
      ).to.not.be.empty;
    });
  }

  it("finds nothing where nothing changes", () => {
    expect(foundBefore(running)).to.deep.equal([]);
  });
});
