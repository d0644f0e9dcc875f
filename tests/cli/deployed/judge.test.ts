import type { V1Pod, V1Service, V1ServicePort } from "@kubernetes/client-node";
import { expect } from "chai";
import { judgeDeployed } from "../../../cli/deployed/judge";
import type { Workload } from "../../../cli/health/snapshot";
import type { Problem } from "../../../cli/problem";
import { checkMesh, renderMesh } from "../../../mesh";

const http = { port: 8080, protocol: "http" } as const;
const name = "app.kubernetes.io/name";

const { mesh } = checkMesh({
  name: "shop",
  services: {
    web: { calls: { cart: { methods: ["GET"] } }, selector: { [name]: "web" } },
    cart: { ports: { http }, selector: { [name]: "cart" }, serviceAccount: { name: "cart-sa" } },
    api: {
      ports: { http },
      workload: { image: "registry.example.com/api:1" },
      calls: { cart: {} },
    },
  },
});
if (!mesh) throw new Error("the catalog has errors");
const checked = mesh;

const pod = (labels: Record<string, string>, account: string, phase = "Running"): V1Pod => ({
  metadata: { name: `${Object.values(labels)[0] ?? ""}-0`, namespace: "shop", labels },
  spec: { serviceAccountName: account, containers: [] },
  status: { phase },
});
const service = (of: string, port: object): V1Service => ({
  metadata: { name: of, namespace: "shop" },
  spec: { ports: [{ port: 8080, ...port }] },
});
const deployment = (matchLabels: Record<string, string>): Workload => ({
  kind: "Deployment",
  metadata: { name: "api", namespace: "shop" },
  spec: { selector: { matchLabels }, template: {} },
});

const fitting = {
  pods: [
    pod({ [name]: "web" }, "web"),
    pod({ [name]: "cart" }, "cart-sa"),
    pod({ app: "api", version: "v1" }, "api"),
    pod({ job: "old" }, "default", "Succeeded"),
  ],
  services: [service("cart", { name: "http-main" }), service("api", { name: "x", appProtocol: "http" })],
  workloads: [deployment({ app: "api", version: "v1" })],
};

function problems(changes: Partial<typeof fitting>): Problem[] {
  return judgeDeployed(checked, renderMesh(checked), { ...fitting, ...changes });
}

describe("cli/deployed", () => {
  it("finds nothing where pods, accounts, ports and selectors are the catalog's", () => {
    expect(problems({})).to.deep.equal([]);
  });

  it("finds a service whose selector finds no pods, the pods that are meant, and the calls that fail", () => {
    const pods = [pod({ [name]: "web" }, "web"), pod({ app: "cart" }, "cart-sa"), ...fitting.pods.slice(2)];
    expect(problems({ pods })).to.deep.equal([
      {
        severity: "error",
        culprit: "Service shop/cart",
        problem: `No pod of shop has its labels ${name}=cart, so these fail: services.api.calls.cart, services.web.calls.cart.`,
        fix: "Compare them with the pods' labels (kubectl get pods -n shop --show-labels), and set services.cart.selector",
      },
      {
        severity: "warning",
        culprit: "Pod shop/cart-0",
        problem:
          "No service of the catalog selects it, so every call to it is denied, such as these: services.api.calls.cart, services.web.calls.cart.",
        fix: "Set services.cart.selector to labels of this pod: app=cart",
      },
    ]);
  });

  it("finds no service for a stray pod, unless its templates make it a gateway", () => {
    const found = (templates?: string): string[] => {
      const stray = pod({ job: "stray" }, "default");
      if (stray.metadata && templates !== undefined) {
        stray.metadata.annotations = { "inject.istio.io/templates": templates };
      }
      const pods = [...fitting.pods, stray];
      return problems({ pods }).map(({ culprit }) => culprit);
    };
    expect(found()).to.deep.equal(["Pod shop/stray-0"]);
    expect(found("sidecar,custom")).to.deep.equal(["Pod shop/stray-0"]);
    expect(found("gateway")).to.deep.equal([]);
    expect(found("gateway,custom")).to.deep.equal([]);
  });

  it("finds pods under another account, and their calls that are denied", () => {
    const pods = [pod({ [name]: "web" }, "default"), ...fitting.pods.slice(1)];
    expect(problems({ pods })).to.deep.equal([
      {
        severity: "error",
        culprit: "Pod shop/web-0",
        problem:
          'Pods of "web" run under the service account "default", but the catalog declares "web", so these are denied: services.web.calls.cart.',
        fix: 'Set services.web.serviceAccount.name to "default", or run the pods under "web"',
      },
    ]);
  });

  it("finds ports that Istio takes for another protocol, or detects, and the calls that no rule matches then", () => {
    const of = (port: object): Problem[] =>
      problems({ services: [service("cart", port), ...fitting.services.slice(1)] });
    const fix =
      'Name the port http or http-<suffix>, set its appProtocol to http, or set services.cart.service to "adopt" (port "http")';
    expect(of({ name: "tcp-web" })).to.deep.equal([
      {
        severity: "error",
        culprit: "Service shop/cart",
        problem:
          "Istio reads its port 8080 as tcp, but the catalog declares http, so no rule matches the requests of these and they are denied: services.web.calls.cart.",
        fix,
      },
    ]);
    expect(of({ name: "main" })).to.deep.equal([
      {
        severity: "warning",
        culprit: "Service shop/cart",
        problem:
          "Its port 8080 has no protocol, so Istio detects the protocol of each connection; the catalog declares http.",
        fix,
      },
    ]);
    expect(of({ name: "tcp-web", appProtocol: "http" })).to.deep.equal([]);
    expect(of({ appProtocol: "kubernetes.io/h2c" })).to.have.nested.property(
      "[0].problem",
      "Istio reads its port 8080 as http2, but the catalog declares http.",
    );
    expect(of({ port: 80 })).to.have.nested.property(
      "[0].problem",
      'It has no port 8080, which the catalog declares as "http", so these have no route: services.api.calls.cart, services.web.calls.cart.',
    );
    expect(problems({ services: fitting.services.slice(1) })).to.have.nested.property(
      "[0].problem",
      "It does not exist, so these have no route: services.api.calls.cart, services.web.calls.cart.",
    );
  });

  it("finds ports that an adopted Service has among those of the catalog, which Pulumi would update at every run", () => {
    const adopting = checkMesh({
      name: "shop",
      services: { web: { ports: { http, grpc: { port: 9090, protocol: "grpc" } }, service: "adopt" } },
    }).mesh;
    if (!adopting) throw new Error("the catalog has errors");
    const of = (...ports: V1ServicePort[]): Problem[] =>
      judgeDeployed(adopting, renderMesh(adopting), {
        pods: [pod({ app: "web" }, "web")],
        workloads: [],
        services: [{ metadata: { name: "web", namespace: "shop" }, spec: { ports } }],
      });
    const main = { name: "main", port: 8080, appProtocol: "http" };
    const grpc = { name: "grpc", port: 9090 };
    const metrics = { name: "metrics", port: 9100 };
    expect(of(main, metrics, grpc)).to.deep.equal([
      {
        severity: "warning",
        culprit: "Service shop/web",
        problem:
          "The catalog adopts it without its ports 9100, which are listed between the others, so every pulumi up updates the Service again.",
        fix: "Add them to services.web.ports: metrics (9100)",
      },
    ]);
    expect(of(main, grpc, metrics)).to.deep.equal([]);
    expect(of(grpc, main)).to.deep.equal([]);
    expect(of({ ...metrics, protocol: "UDP" }, main, grpc)).to.deep.equal([]);
  });

  it("finds Deployments whose selector Kubernetes would refuse to change", () => {
    expect(problems({ workloads: [deployment({ app: "api" })] })).to.deep.equal([
      {
        severity: "error",
        culprit: "Deployment shop/api",
        problem:
          "Its selector is app=api, but the catalog's is app=api,version=v1. Kubernetes refuses to change it.",
        fix: "Keep the present one: set the service's selector and its versions' labels to it. Or let a new Deployment take over the pods: kubectl delete deployment api -n shop --cascade=orphan",
      },
    ]);
  });
});
