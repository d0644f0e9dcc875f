import { expect } from "chai";
import type { KnownObject } from "../../../effect";
import { modelOf } from "../../reading/model";
import { type Resource, unknown } from "../engine";
import { read } from "../read";
import {
  asPatch,
  authorizationPolicy,
  deployment,
  istio,
  istiod,
  kubernetes,
  namespace,
  service,
} from "../resources";

const ROOT = "istio-system";
const modelled = (...stack: Resource[]) => modelOf(stack.map(read), ROOT);
const objects = (...stack: Resource[]): KnownObject[] => [...modelled(...stack).model.byKind.values()].flat();
const source = (resource: Resource): unknown => objects(resource)[0]?.source;

const template = {
  metadata: {
    name: "web",
    namespace: "shop",
    labels: { app: "web" },
    annotations: { "sidecar.istio.io/inject": "true", "example.com/any": unknown },
  },
  spec: {
    serviceAccountName: "web",
    hostNetwork: true,
    containers: [{ name: "web", image: unknown, ports: [{ containerPort: 8080 }] }],
    initContainers: [{ name: "init", ports: [{ containerPort: 9090 }], command: [unknown] }],
  },
};
const pod = {
  metadata: { ...template.metadata, annotations: { "sidecar.istio.io/inject": "true" } },
  spec: {
    serviceAccountName: "web",
    hostNetwork: true,
    containers: [{ name: "web", ports: [{ containerPort: 8080 }] }],
    initContainers: [{ name: "init", ports: [{ containerPort: 9090 }] }],
  },
};
const workload = (apiVersion: string, kind: string, props: Record<string, unknown>) =>
  kubernetes(apiVersion, kind, { metadata: { name: "web", namespace: "shop" }, ...props });

describe("reading/model", () => {
  it("reads the parts of a workload that decide about requests, and no others, which may be unknown", () => {
    const metadata = {
      name: "web",
      namespace: "shop",
      labels: {},
      annotations: {},
      creationTimestamp: undefined,
    };
    const given = workload("apps/v1", "Deployment", { spec: { replicas: unknown, template } });
    expect(source(given)).to.deep.equal({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { template: pod },
    });
    const cronJob = workload("batch/v1", "CronJob", { spec: { jobTemplate: { spec: { template } } } });
    expect(source(cronJob)).to.deep.include({
      spec: { ...emptyTemplate(), jobTemplate: { spec: { template: pod } } },
    });
    const alone = kubernetes("core/v1", "Pod", template);
    expect(source(alone)).to.deep.include({ apiVersion: "v1", kind: "Pod", ...pod });
    expect(modelled(given, cronJob, alone).open.size).to.equal(0);
  });

  it("reads everything of other objects, and of their annotations those of Istio", () => {
    const metadata = {
      name: "catalog",
      namespace: "shop",
      labels: { app: "catalog" },
      creationTimestamp: "2026-01-01T00:00:00Z",
    };
    const annotations = { "networking.istio.io/exportTo": ".", "example.com/any": unknown };
    expect(source(service({}, { ...metadata, annotations }))).to.deep.equal({
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, annotations: { "networking.istio.io/exportTo": "." } },
      spec: { selector: { app: "catalog" }, ports: [{ name: "http", port: 8080 }] },
    });
  });

  it("reads the kinds that decide about requests, without patches", () => {
    const known = [
      ...["security.istio.io", "networking.istio.io", "extensions.istio.io", "gateway.networking.k8s.io"].map(
        (group) => istio(`${group}/v1`, "Any", { name: group, namespace: "shop" }, {}),
      ),
      ...[namespace(), service(), deployment()],
    ];
    expect(objects(...known)).to.have.length(7);
    const others = [
      istio("telemetry.istio.io/v1", "Telemetry", { name: "x", namespace: "shop" }, {}),
      kubernetes("core/v1", "ConfigMap", { metadata: { name: "x" }, data: {} }),
      ...known.map(asPatch),
    ];
    expect(objects(...others)).to.deep.equal([]);
  });

  it("lists the resources with unknown values that the model requires", () => {
    const rules = authorizationPolicy({ rules: [{ when: unknown }] });
    const stack = [rules, deployment()].map(read);
    const { open } = modelOf(stack, ROOT);
    expect([...open]).to.deep.equal([stack[0]]);
  });

  it("finds the resource of an object, also without a namespace or a name that is known", () => {
    const unnamed = authorizationPolicy({}, { name: unknown, namespace: "shop" });
    const stack = [deployment(), namespace(), { ...unnamed, name: "y" }].map(read);
    const { model, resourceOf } = modelOf(stack, ROOT);
    const found = [...model.byKind.values()].flat().map((object) => resourceOf(object));
    expect(found).to.have.members(stack);
    expect(resourceOf({ kind: "AuthorizationPolicy", namespace: "shop", name: "y" })).to.equal(stack[2]);
    expect(resourceOf({ kind: "Namespace", namespace: "", name: "shop" })).to.equal(stack[1]);
    expect(resourceOf({ kind: "Service", namespace: "shop", name: "catalog" })).to.equal(undefined);
    const inDefault = read({ ...unnamed, props: { metadata: { name: "x" } } });
    const other = modelOf([inDefault], ROOT);
    expect(other.resourceOf({ kind: "AuthorizationPolicy", namespace: "default", name: "x" })).to.equal(
      inDefault,
    );
  });

  it("names an object without a known name by the last part of its URN", () => {
    const type = "kubernetes:security.istio.io/v1:AuthorizationPolicy";
    const urn = `urn:pulumi:dev::shop::${type}::pulumi-name`;
    const unnamed = { ...read({ type, name: "x", props: { metadata: { namespace: "shop" } } }), urn };
    const { model } = modelOf([unnamed], ROOT);
    expect([...model.byKind.values()].flat().map(({ name }) => name)).to.deep.equal(["pulumi-name"]);
  });

  it("reads the settings of the stack's istiod, and else Istio's own", () => {
    const settings = (...stack: Resource[]) => modelOf(stack.map(read), "mesh-root").model.settings;
    const trusting = (trustDomain: unknown) => istiod({ meshConfig: { trustDomain } });
    expect(settings(trusting("shop.example"))).to.deep.include({
      trustDomain: "shop.example",
      rootNamespace: "mesh-root",
    });
    for (const stack of [[], [istiod()], [trusting(unknown)], [trusting(1)]]) {
      expect(settings(...stack)).to.deep.include({
        trustDomain: "cluster.local",
        rootNamespace: "mesh-root",
      });
    }
  });
});

/** A template of which nothing is set. */
function emptyTemplate(): object {
  const metadata = { name: undefined, namespace: undefined, labels: undefined, annotations: {} };
  const spec = { serviceAccountName: undefined, hostNetwork: undefined, containers: [], initContainers: [] };
  return { template: { metadata, spec } };
}
