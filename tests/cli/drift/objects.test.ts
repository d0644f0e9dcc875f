import { expect } from "chai";
import { type LiveObject, objectDrift, placeOf } from "../../../cli/drift/objects";
import type { StateResource } from "../../../program/stackState";

const metadata = { name: "web", namespace: "shop" };

/** A resource in the state, deployed with these fields in version 7. */
const deployed = (
  kind: string,
  apiVersion: string,
  fields: object,
  defaults: object = {},
): StateResource => ({
  urn: `urn:${kind}`,
  type: `kubernetes:${apiVersion}:${kind}`,
  inputs: { apiVersion, kind, metadata, ...fields },
  outputs: { apiVersion, kind, metadata: { ...metadata, resourceVersion: "7" }, ...fields, ...defaults },
});

const drift = (resource: StateResource, live: object | undefined, resourceVersion = "8") => {
  const object = live && { metadata: { ...metadata, resourceVersion }, ...live };
  const objects = new Map<string, LiveObject>(object ? [[placeOf(metadata), object]] : []);
  return objectDrift([resource], () => objects).map(({ difference, fields, removal }) => ({
    difference,
    fields,
    ...(removal && { removal }),
  }));
};

describe("cli/drift/objects", () => {
  const spec = { action: "ALLOW", rules: [{ to: [{ operation: { methods: ["GET"] } }] }] };
  const policy = deployed("AuthorizationPolicy", "security.istio.io/v1", { spec });

  it("finds an object that is missing", () => {
    expect(drift(policy, undefined)).to.deep.equal([{ difference: "missing", fields: [] }]);
  });

  it("finds nothing in an object that nothing has written to, nor in one with the same content", () => {
    expect(drift(policy, { spec: { rules: [] } }, "7")).to.deep.equal([]);
    expect(drift(policy, { spec, status: { conditions: [] } })).to.deep.equal([]);
  });

  it("finds values and list entries that were changed, removed or added", () => {
    const changed = (live: object) => drift(policy, { spec: live });
    const found = (fields: string[]) => [{ difference: "changed", fields }];
    expect(changed({ ...spec, action: "DENY" })).to.deep.equal(found(["spec.action"]));
    expect(changed({ action: "ALLOW" })).to.deep.equal(found(["spec.rules"]));
    expect(changed({ ...spec, rules: [...spec.rules, {}] })).to.deep.equal(found(["spec.rules"]));
    const wider = [{ to: [{ operation: { methods: ["GET", "PUT"] } }] }];
    expect(changed({ ...spec, rules: wider })).to.deep.equal(found(["spec.rules"]));
  });

  it("finds a field that was added to an object of a CRD, with the patch that removes it", () => {
    const selector = { matchLabels: { app: "other" } };
    expect(drift(policy, { spec: { ...spec, selector } })).to.deep.equal([
      { difference: "changed", fields: ["spec.selector"], removal: { spec: { selector: null } } },
    ]);
    const rule = deployed("DestinationRule", "networking.istio.io/v1", {
      spec: { trafficPolicy: { tls: {} } },
    });
    expect(drift(rule, { spec: { trafficPolicy: { tls: { mode: "DISABLE" } } } })).to.deep.equal([
      {
        difference: "changed",
        fields: ["spec.trafficPolicy.tls.mode"],
        removal: { spec: { trafficPolicy: { tls: { mode: null } } } },
      },
    ]);
  });

  it("leaves the defaults and quantities of the API server alone", () => {
    const container = { name: "web", resources: { requests: { cpu: "1000m", memory: "1Gi" } } };
    const deployment = deployed("Deployment", "apps/v1", {
      spec: { replicas: 2, template: { spec: { containers: [container] } } },
    });
    const live = (replicas: number, cpu: string) => ({
      spec: {
        replicas,
        strategy: { type: "RollingUpdate" },
        template: {
          spec: {
            containers: [
              {
                ...container,
                resources: { requests: { cpu, memory: "1024Mi" } },
                terminationMessagePath: "/dev",
              },
            ],
          },
        },
      },
    });
    expect(drift(deployment, live(2, "1"))).to.deep.equal([]);
    expect(drift(deployment, live(3, "1"))).to.deep.equal([
      { difference: "changed", fields: ["spec.replicas"] },
    ]);
    expect(drift(deployment, live(2, "2"))).to.deep.equal([
      { difference: "changed", fields: ["spec.template.spec.containers"] },
    ]);
  });

  it("finds every write to a Secret, whose content is encrypted in the state", () => {
    const secret = deployed("Secret", "v1", { data: { ciphertext: "…" } });
    expect(drift(secret, { data: { key: "b3RoZXI=" } })).to.deep.equal([
      { difference: "changed", fields: [] },
    ]);
    expect(drift(secret, { data: { key: "b3RoZXI=" } }, "7")).to.deep.equal([]);
  });

  it("leaves releases, patches and resources of other providers out", () => {
    const others: StateResource[] = [
      { urn: "a", type: "kubernetes:helm.sh/v3:Release", inputs: { name: "istiod" } },
      { ...policy, type: "kubernetes:core/v1:ServicePatch" },
      { urn: "b", type: "random:index/randomPassword:RandomPassword", inputs: {} },
    ];
    expect(objectDrift(others, () => new Map())).to.deep.equal([]);
  });
});
