import { expect } from "chai";
import { fits, specMisfits, unknownField, wrongType } from "../../checks/rules/overrideFits";
import { checkMesh, renderMesh } from "../../mesh";
import { platformNames, platforms } from "../../platforms";
import { found } from "./overriding";

type Found = { readonly path: string; readonly message: string; readonly fix: string }[];

const rule = (spec: unknown): Found => specMisfits("networking.istio.io", "DestinationRule", spec);
const route = (http: object): Found =>
  specMisfits("networking.istio.io", "VirtualService", { hosts: ["a"], http: [http] });

/** The one misfit at a path, whose field has a wrong value. */
const wrong = (kind: string, path: string, value: unknown, fix: string): Found => [
  {
    path,
    ...wrongType(
      kind,
      path
        .split(/[.[\]]+/)
        .filter(Boolean)
        .at(-1) ?? "",
      value,
      fix,
    ),
  },
];

describe("the values that a CRD accepts", () => {
  it("have the type of their field", () => {
    const pool = (http: object): Found => rule({ trafficPolicy: { connectionPool: { http } } });
    const at = "spec.trafficPolicy.connectionPool.http";
    const kind = "DestinationRule";
    expect(pool({ http1MaxPendingRequests: 5, useClientProtocol: true })).to.deep.equal([]);
    for (const value of ["5", 1.5, true, [], {}]) {
      expect(pool({ http1MaxPendingRequests: value })).to.deep.equal(
        wrong(kind, `${at}.http1MaxPendingRequests`, value, "use a value of type integer"),
      );
    }
    for (const value of ["true", 1, {}]) {
      expect(pool({ useClientProtocol: value })).to.deep.equal(
        wrong(kind, `${at}.useClientProtocol`, value, "use a value of type boolean"),
      );
    }
    for (const value of [5, true, [], {}]) {
      expect(rule({ host: value })).to.deep.equal(
        wrong(kind, "spec.host", value, "use a value of type string"),
      );
    }
    for (const value of [5, "a", []]) {
      expect(rule({ trafficPolicy: value })).to.deep.equal(
        wrong(kind, "spec.trafficPolicy", value, "use a value of type object"),
      );
    }
    for (const value of [5, "a", {}]) {
      expect(rule({ subsets: value })).to.deep.equal(
        wrong(kind, "spec.subsets", value, "use a value of type array"),
      );
    }
    const fault = (value: unknown): Found => route({ fault: { abort: { percentage: { value } } } });
    expect(fault(0.5)).to.deep.equal([]);
    expect(fault("0.5")).to.deep.equal(
      wrong(
        "VirtualService",
        "spec.http[0].fault.abort.percentage.value",
        "0.5",
        "use a value of type number",
      ),
    );
  });

  it("are one of an enumeration, or match a pattern", () => {
    const tls = (mode: unknown): Found => rule({ trafficPolicy: { tls: { mode } } });
    expect(tls("ISTIO_MUTUAL")).to.deep.equal([]);
    const [finding] = tls("MUTAL");
    expect(finding?.fix).to.match(/^use one of "DISABLE", .*"ISTIO_MUTUAL"$/);
    expect(tls(5)).to.have.lengthOf(1);
    expect(tls({})).to.have.lengthOf(1);
    for (const timeout of ["5s", "1.5s", "1m30s", "10ms"])
      expect(route({ timeout }), timeout).to.deep.equal([]);
    for (const timeout of ["5", "5 s", "s", ""]) {
      expect(route({ timeout })).to.deep.equal(
        wrong("VirtualService", "spec.http[0].timeout", timeout, "use a duration such as 1.5s"),
      );
    }
    const header = (name: string): Found =>
      specMisfits("security.istio.io", "RequestAuthentication", {
        jwtRules: [{ issuer: "a", outputClaimToHeaders: [{ header: name, claim: "b" }] }],
      });
    expect(header("x-tenant")).to.deep.equal([]);
    expect(header("x tenant")).to.deep.equal(
      wrong(
        "RequestAuthentication",
        "spec.jwtRules[0].outputClaimToHeaders[0].header",
        "x tenant",
        "use a text that matches ^[-_A-Za-z0-9]+$",
      ),
    );
  });

  it("are in known fields, at every depth", () => {
    expect(route({ timeoutt: "5s" })).to.deep.equal([
      {
        path: "spec.http[0].timeoutt",
        ...unknownField("VirtualService", "timeoutt", 'did you mean "timeout"?'),
      },
    ]);
    expect(
      rule({ subsets: [{ name: "v1" }, { name: "v2", label: {} }] }).map(({ path }) => path),
    ).to.deep.equal(["spec.subsets[1].label"]);
    // The keys of labels are free, their values are texts.
    expect(rule({ subsets: [{ name: "v1", labels: { "a.b/c": "d" } }] })).to.deep.equal([]);
    expect(rule({ subsets: [{ name: "v1", labels: { tier: 1 } }] })).to.deep.equal(
      wrong("DestinationRule", "spec.subsets[0].labels.tier", 1, "use a value of type string"),
    );
    for (const key of ["constructor", "toString"]) {
      expect(rule({ [key]: "a" }).map(({ path }) => path)).to.deep.equal([`spec.${key}`]);
    }
  });

  it("are not judged where the kind or the group is not known, or there is no spec", () => {
    const spec = { unknown: true };
    expect(rule(spec)).to.have.lengthOf(1);
    expect(specMisfits("gateway.networking.k8s.io", "VirtualService", spec)).to.deep.equal([]);
    expect(specMisfits("networking.istio.io", "AuthorizationPolicy", spec)).to.deep.equal([]);
    expect(specMisfits("networking.istio.io", "Rule", spec)).to.deep.equal([]);
    expect(rule(undefined)).to.deep.equal([]);
    expect(rule(null)).to.deep.equal([]);
    // In a merge patch null removes the field.
    expect(rule({ host: null, subsets: null })).to.deep.equal([]);
  });
});

describe("an override that fits", () => {
  it("has a spec of its kind, labels and annotations", () => {
    const metadata = { labels: { team: "shop" }, annotations: { note: "a" } };
    expect(fits("DestinationRule", "shop/api", { metadata, spec: { host: "api" } })).to.equal(true);
    expect(
      fits("DestinationRule", "shop/api", { apiVersion: "networking.istio.io/v1", kind: "DestinationRule" }),
    ).to.equal(true);
    expect(fits("Secret", "shop/api", { anything: 5 })).to.equal(true);
    for (const patch of [
      { spec: { hosts: [] } },
      { metadata: { labels: { team: 5 } } },
      { metadata: { name: "other" } },
      { status: {} },
      5,
      [],
    ]) {
      expect(fits("DestinationRule", "shop/api", patch), JSON.stringify(patch)).to.equal(false);
    }
  });
});

describe("an override of one of Kubernetes' own kinds", () => {
  const misfits = (kind: string, patch: object): string[] =>
    found({ [kind]: { "shop/api": patch } }, { networkPolicies: {} }).filter((line) =>
      line.startsWith("MW360"),
    );
  const at = (kind: string, path: string): string => `MW360 ${kind}["shop/api"].${path}:`;
  const pod = (spec: object): object => ({ spec: { template: { spec } } });

  it("has fields of its kind, at every depth", () => {
    const dropped = (name: string): string =>
      `a Deployment has no field "${name}" here, so Kubernetes drops it`;
    expect(misfits("Deployment", { spec: { replica: 3 } })).to.deep.equal([
      `${at("Deployment", "spec.replica")} ${dropped("replica")}`,
    ]);
    expect(misfits("Deployment", pod({ terminationGracePeriod: 5 }))).to.deep.equal([
      `${at("Deployment", "spec.template.spec.terminationGracePeriod")} ${dropped("terminationGracePeriod")}`,
    ]);
    expect(misfits("Deployment", { status: {} })).to.have.length(1);
    expect(misfits("Deployment", { metadata: { name: "other" } })).to.have.length(1);
    expect(misfits("NetworkPolicy", { spec: { ingress: [{ form: [] }] } })).to.have.length(1);
    expect(misfits("Service", { spec: { port: [] } })).to.have.length(1);
  });

  it("has values of their types", () => {
    const can = (value: string): string => `can't be ${value} in a Deployment`;
    expect(misfits("Deployment", { spec: { replicas: "3" } })).to.deep.equal([
      `${at("Deployment", "spec.replicas")} replicas ${can('"3"')}`,
    ]);
    const container = (own: object): string[] =>
      misfits("Deployment", pod({ containers: [{ name: "api", ...own }] }));
    expect(container({ env: [{ name: "LEVEL", value: 5 }] })).to.have.length(1);
    // A quantity is a number or a text, as are counts of pods.
    expect(container({ resources: { requests: { cpu: 0.5, memory: "1Gi" } } })).to.deep.equal([]);
    expect(container({ ports: [{ containerPort: "8080" }] })).to.have.length(1);
    for (const maxUnavailable of [1, "50%"]) {
      const strategy = { rollingUpdate: { maxUnavailable } };
      expect(misfits("Deployment", { spec: { strategy } })).to.deep.equal([]);
    }
    expect(
      misfits("Deployment", { spec: { strategy: { rollingUpdate: { maxSurge: true } } } }),
    ).to.have.length(1);
    expect(misfits("Deployment", pod({ nodeSelector: { zone: 1 } }))).to.have.length(1);
  });

  it("may have everything that is rendered", () => {
    for (const name of platformNames) {
      const { mesh } = checkMesh(platforms[name].catalog("prod", {}));
      for (const { metadata, ...object } of mesh ? renderMesh(mesh) : []) {
        const { labels, annotations } = metadata;
        const patch = { ...object, metadata: { labels, ...(annotations && { annotations }) } };
        expect(fits(object.kind, metadata.name, patch), `${object.kind} ${metadata.name}`).to.equal(true);
      }
    }
  });
});
