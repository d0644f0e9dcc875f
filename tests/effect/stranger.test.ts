import { expect } from "chai";
import { type PlainObject, readObjects, strangerRequest } from "../../effect";

const metadata = (name: string) => ({ name, namespace: "shop" });
const policy = (spec: object, name = "api"): PlainObject => ({
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  metadata: metadata(name),
  spec,
});
const workload = { name: "api", namespace: "shop", labels: { app: "api" }, ports: [8080] };
const found = (...objects: PlainObject[]) => {
  const model = readObjects(objects, { workloads: [workload] });
  return strangerRequest(model, workload);
};
const strict: PlainObject = {
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: metadata("default"),
  spec: { mtls: { mode: "STRICT" } },
};

describe("effect/stranger", () => {
  it("passes without a policy, with an identity where mutual TLS is required", () => {
    expect(found()).to.deep.equal({
      request: { port: 8080, method: "GET", host: "stranger.example", path: "/~stranger" },
      decision: { answer: "allowed", reason: "no policy" },
    });
    const identity = { trustDomain: "cluster.local", namespace: "stranger", serviceAccount: "stranger" };
    expect(found(strict)?.request).to.deep.include({ identity });
  });

  it("passes where rules restrict only what clients choose", () => {
    for (const operation of [{ methods: ["PATCH"] }, { hosts: ["*.example.com"] }, { ports: ["9090"] }]) {
      const { decision } = found(policy({ rules: [{ to: [{ operation }] }] })) ?? {};
      expect(decision, JSON.stringify(operation)).to.deep.include({
        answer: "allowed",
        reason: "rule allows",
      });
    }
  });

  it("is denied where rules name callers, paths, networks, tokens or a secret", () => {
    for (const rule of [
      { from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }] },
      { from: [{ source: { requestPrincipals: ["*"] } }] },
      { from: [{ source: { remoteIpBlocks: ["203.0.0.0/8"] } }] },
      { to: [{ operation: { paths: ["/health", "/public/*"] } }] },
      { when: [{ key: "request.headers[x-key]", values: ["secret"] }] },
    ]) {
      expect(found(policy({ rules: [rule] })), JSON.stringify(rule)).to.equal(undefined);
    }
    expect(found(policy({}))).to.equal(undefined);
  });

  it("may pass where an external authorizer decides", () => {
    const custom = policy({ action: "CUSTOM", provider: { name: "opa" }, rules: [{}] }, "custom");
    expect(found(custom)?.decision).to.deep.include({ answer: "unknown", reason: "external authorizer" });
    expect(found(custom, policy({}))).to.equal(undefined);
  });
});
