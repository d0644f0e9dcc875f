import { expect } from "chai";
import { type PlainObject, readObjects } from "../../effect";
import { mistakes } from "../../effect/mistakes";

const object = (kind: string, apiVersion: string, name: string, spec: object, more = {}): PlainObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop", ...more },
  spec,
});
const namespace: PlainObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", labels: { "istio-injection": "enabled" } },
};
const annotation = "sidecar.istio.io/rewriteAppHTTPProbers";

interface Pods {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly container?: object;
}

const pods = ({ annotations = {}, container = {} }: Pods = {}): PlainObject =>
  object("Deployment", "apps/v1", "web", {
    template: {
      metadata: { labels: { app: "web" }, annotations },
      spec: { containers: [{ name: "app", ...container }] },
    },
  });
const service = (...ports: readonly (readonly [name: string, port: number])[]): PlainObject =>
  object("Service", "v1", "web", {
    selector: { app: "web" },
    ports: ports.map(([name, port]) => ({ name, port })),
  });
const policy = (spec: object): PlainObject =>
  object("AuthorizationPolicy", "security.istio.io/v1", "web", {
    selector: { matchLabels: { app: "web" } },
    ...spec,
  });
const mtls = (spec: object): PlainObject => object("PeerAuthentication", "security.istio.io/v1", "web", spec);

type Kind = "deniedProbes" | "rulesWithoutRequests" | "uselessRetries";
const found = (kind: Kind, ...objects: readonly PlainObject[]): string[] =>
  mistakes[kind](readObjects([namespace, ...objects])).map(({ path, problem }) => `${path}: ${problem}`);

describe("effect/mistakes: rules about requests for connections", () => {
  const http = ["http", 8080] as const;
  const redis = ["tcp-redis", 6379] as const;
  const places = (spec: object, ...ports: readonly (readonly [string, number])[]): string[] =>
    mistakes
      .rulesWithoutRequests(readObjects([namespace, pods(), service(...ports), policy(spec)]))
      .map(({ path }) => path);
  const to = (...operations: readonly object[]): object => ({
    to: operations.map((operation) => ({ operation })),
  });

  it("are those of ALLOW that name a port of TCP, or have no other ports", () => {
    const methods = { methods: ["GET"] };
    const rule = (operation: object): object => ({ rules: [to(operation)] });
    expect(places(rule({ ...methods, ports: ["6379"] }), http, redis)).to.deep.equal([
      "spec.rules[0].to[0].operation.methods",
    ]);
    expect(places(rule(methods), redis)).to.deep.equal(["spec.rules[0].to[0].operation.methods"]);
    expect(places(rule(methods), http, redis)).to.deep.equal([]);
    expect(places(rule({ ...methods, ports: ["8080"] }), http, redis)).to.deep.equal([]);
    expect(places(rule({ ports: ["6379"] }), http, redis)).to.deep.equal([]);
    expect(places(rule(methods), ["web", 8080])).to.deep.equal([]);
    expect(places(rule(methods), ["https", 8443])).to.have.length(1);
  });

  it("are those of ALLOW of which another operation names the port", () => {
    const mixed = { rules: [to({ ports: ["6379"] }, { paths: ["/items"], ports: ["8080"] })] };
    expect(places(mixed, http, redis)).to.deep.equal(["spec.rules[0].to[1].operation.paths"]);
  });

  it("are those of DENY on each port of TCP that they do not exclude", () => {
    const tokens = (rule: object): object => ({
      action: "DENY",
      rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }], ...rule }],
    });
    expect(places(tokens({}), http, redis)).to.deep.equal([
      "spec.rules[0].from[0].source.notRequestPrincipals",
    ]);
    expect(places(tokens({}), http)).to.deep.equal([]);
    expect(places(tokens(to({ ports: ["8080"] })), http, redis)).to.deep.equal([]);
    expect(places(tokens(to({ notPorts: ["6379"] })), http, redis)).to.deep.equal([]);
    const header = { when: [{ key: "request.headers[x-debug]", values: ["on"] }] };
    expect(places({ action: "DENY", rules: [header] }, redis)).to.deep.equal(["spec.rules[0].when[0]"]);
    expect(places({ action: "AUDIT", rules: [header] }, redis)).to.deep.equal([]);
  });

  it("say what the proxy does", () => {
    const rules = [{ ...to({ paths: ["/items"] }) }];
    const say = (action: string): string[] =>
      found("rulesWithoutRequests", pods(), service(redis), policy({ action, rules }));
    const begin =
      "spec.rules[0].to[0].operation.paths: the proxy reads no requests on the port 6379 of its pods, so Istio leaves the";
    expect(say("ALLOW")).to.deep.equal([`${begin} rule out there, and it allows nothing`]);
    expect(say("DENY")).to.deep.equal([
      `${begin} condition out there, and the rule denies every connection that its other conditions match`,
    ]);
  });
});

describe("effect/mistakes: probes", () => {
  const get = { path: "/healthz", port: 8080 };
  const container = { livenessProbe: { httpGet: get } };
  const off = { [annotation]: "false" };
  const strict = mtls({ mtls: { mode: "STRICT" } });
  const path = `spec.template.metadata.annotations["${annotation}"]`;
  const denied = (text: string): string[] => [
    `${path}: the kubelet has no certificate, and the proxy denies its requests: ${text}`,
  ];

  it("are denied by STRICT mutual TLS, if the agent does not answer them", () => {
    const why = denied("livenessProbe of app (port 8080: mutual TLS is STRICT)");
    expect(found("deniedProbes", pods({ annotations: off, container }), strict)).to.deep.equal(why);
    expect(
      found("deniedProbes", pods({ annotations: { [annotation]: "F" }, container }), strict),
    ).to.deep.equal(why);
    expect(found("deniedProbes", pods({ container }), strict)).to.deep.equal([]);
    expect(
      found("deniedProbes", pods({ annotations: { [annotation]: "true" }, container }), strict),
    ).to.deep.equal([]);
    expect(found("deniedProbes", pods({ annotations: off, container }))).to.deep.equal([]);
  });

  it("are denied by policies too, each probe by its own port and path", () => {
    const probes = {
      ports: [{ name: "health", containerPort: 8081 }],
      startupProbe: { grpc: { port: 9090 } },
      readinessProbe: { httpGet: { port: "health" } },
      livenessProbe: { httpGet: get },
    };
    const open = policy({ rules: [{ to: [{ operation: { paths: ["/healthz"] } }] }] });
    expect(found("deniedProbes", pods({ annotations: off, container: probes }), open)).to.deep.equal(
      denied(
        "startupProbe of app (port 9090: no rule allows), readinessProbe of app (port 8081: no rule allows)",
      ),
    );
  });

  it("pass a port that bypasses the proxy, and a probe that opens a connection alone", () => {
    const bypass = { ...off, "traffic.sidecar.istio.io/excludeInboundPorts": "8080" };
    expect(found("deniedProbes", pods({ annotations: bypass, container }), strict)).to.deep.equal([]);
    const connects = { livenessProbe: { tcpSocket: { port: 8080 } } };
    expect(found("deniedProbes", pods({ annotations: off, container: connects }), strict)).to.deep.equal([]);
    const elsewhere = { livenessProbe: { httpGet: { ...get, host: "10.0.0.1" } } };
    expect(found("deniedProbes", pods({ annotations: off, container: elsewhere }), strict)).to.deep.equal([]);
  });
});

describe("effect/mistakes: retries", () => {
  const routed = (timeout: string | undefined, retries: object): string[] =>
    found(
      "uselessRetries",
      object("VirtualService", "networking.istio.io/v1", "web", {
        hosts: ["web"],
        http: [
          { ...(timeout !== undefined && { timeout }), retries, route: [{ destination: { host: "web" } }] },
        ],
      }),
    );

  it("have no effect on slow attempts, if one may take as long as the request", () => {
    const text =
      "spec.http[0].retries.perTryTimeout: an attempt may take 2s, and the whole request 2000ms, so a slow attempt is never retried";
    expect(routed("2000ms", { attempts: 2, perTryTimeout: "2s" })).to.deep.equal([text]);
    expect(routed("2001ms", { attempts: 2, perTryTimeout: "2s" })).to.deep.equal([]);
    expect(routed("1s", { attempts: 0, perTryTimeout: "2s" })).to.deep.equal([]);
    expect(routed("1s", { attempts: 2 })).to.deep.equal([]);
    expect(routed("0s", { attempts: 2, perTryTimeout: "2s" })).to.deep.equal([]);
    expect(routed(undefined, { attempts: 2, perTryTimeout: "2s" })).to.deep.equal([]);
  });
});
