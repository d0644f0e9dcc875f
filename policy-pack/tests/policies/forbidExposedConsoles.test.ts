import { expect } from "chai";
import { forbidExposedConsoles } from "../../policies/forbidExposedConsoles";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, grafana, kiali, prometheusStack, release } from "../resources";

const judge = (resource: Resource) => validateResource(forbidExposedConsoles, resource);
const at = (chart: string, text: string) => ({
  violations: [`Release monitoring/${chart}: values.${text}.`],
});
const exposed = (type: string, name: string) =>
  `is ${type}, so ${name} is reachable from outside the cluster, past the mesh's gateways. Set it to ClusterIP`;
const nameless = (name: string) =>
  `is true, so ${name}, which asks nobody for a name, is reachable from outside the cluster. Leave it out`;
const plain = (name: string) =>
  `is not set, so passwords for ${name} cross the network in plain text. Name the Secret with the certificate`;
const tls = [{ secretName: "console", hosts: ["console.example.com"] }];

describe("forbid-exposed-consoles", () => {
  it("accepts consoles inside the cluster, and those with a login behind an Ingress with TLS", async () => {
    for (const resource of [
      kiali(),
      kiali({
        deployment: {
          service_type: "ClusterIP",
          ingress: { enabled: true, override_yaml: { spec: { tls } } },
        },
      }),
      grafana({ service: { type: "ClusterIP" } }),
      grafana({ ingress: { enabled: true, tls } }),
      prometheusStack({ prometheus: { ingress: { enabled: false } } }),
      release("jaeger", {}),
      // Bitnami's chart makes the Secret itself.
      grafana({ ingress: { enabled: true, tls: true } }),
      grafana({ route: { main: { enabled: true } } }),
      // The defaults, spelled out.
      prometheusStack({
        prometheus: {
          servicePerReplica: { enabled: false, type: "ClusterIP" },
          thanosServiceExternal: { enabled: false, type: "LoadBalancer" },
          route: { main: { enabled: false } },
          routePerReplica: {},
        },
      }),
      prometheusStack({ prometheus: { servicePerReplica: { enabled: true } } }),
      prometheusStack({ alertmanager: { config: { route: { receiver: "team" } } } }),
    ]) {
      expect(await judge(resource), JSON.stringify(resource.props)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses load balancers and node ports", async () => {
    for (const type of ["LoadBalancer", "NodePort"]) {
      const service = { type };
      const cases: [Resource, string, string][] = [
        [
          kiali({ deployment: { service_type: type } }),
          "kiali-server",
          `deployment.service_type ${exposed(type, "Kiali")}`,
        ],
        [grafana({ service }), "grafana", `service.type ${exposed(type, "Grafana")}`],
        ...(["prometheus", "alertmanager", "grafana"] as const).map((part): [Resource, string, string] => [
          prometheusStack({ [part]: { service } }),
          "kube-prometheus-stack",
          `${part}.service.type ${exposed(
            type,
            part.replace(/^./, (letter) => letter.toUpperCase()),
          )}`,
        ]),
        [
          release("prometheus", { server: { service } }),
          "prometheus",
          `server.service.type ${exposed(type, "Prometheus")}`,
        ],
        [
          release("jaeger", { jaeger: { service } }),
          "jaeger",
          `jaeger.service.type ${exposed(type, "Jaeger")}`,
        ],
      ];
      for (const [resource, chart, text] of cases) {
        expect(await judge(resource)).to.deep.equal(at(chart, text));
      }
    }
  });

  it("refuses other Services of the same charts that leave the cluster", async () => {
    const stack = (name: string, key: string, service: object, type: string) =>
      judge(prometheusStack({ [name]: { [key]: service } })).then((outcome) =>
        expect(outcome).to.deep.equal(
          at(
            "kube-prometheus-stack",
            `${name}.${key}.type ${type}, so ${name.replace(/^./, (letter) => letter.toUpperCase())} is reachable from ` +
              "outside the cluster, past the mesh's gateways. Set it to ClusterIP",
          ),
        ),
      );
    const enabled = true;
    for (const name of ["prometheus", "alertmanager"]) {
      await stack(name, "servicePerReplica", { enabled, type: "LoadBalancer" }, "is LoadBalancer");
    }
    await stack("prometheus", "thanosService", { enabled, type: "NodePort" }, "is NodePort");
    await stack("prometheus", "thanosServiceExternal", { enabled }, "is not set, which is LoadBalancer");
    expect(await judge(release("jaeger", { query: { service: { type: "NodePort" } } }))).to.deep.equal(
      at("jaeger", `query.service.type ${exposed("NodePort", "Jaeger")}`),
    );
  });

  it("refuses other Ingresses and routes to what asks nobody for a name", async () => {
    for (const path of [
      "ingressPerReplica",
      "thanosIngress",
      "route.main",
      "route.other",
      "routePerReplica.main",
    ]) {
      const [key = "", name] = path.split(".");
      const entry = { enabled: true };
      expect(
        await judge(
          prometheusStack({ prometheus: { [key]: name === undefined ? entry : { [name]: entry } } }),
        ),
        path,
      ).to.deep.equal(at("kube-prometheus-stack", `prometheus.${path}.enabled ${nameless("Prometheus")}`));
    }
    expect(await judge(release("jaeger", { jaeger: { httproute: { enabled: true } } }))).to.deep.equal(
      at("jaeger", `jaeger.httproute.enabled ${nameless("Jaeger")}`),
    );
    for (const part of ["query", "allInOne"]) {
      expect(await judge(release("jaeger", { [part]: { ingress: { enabled: true } } }))).to.deep.equal(
        at("jaeger", `${part}.ingress.enabled ${nameless("Jaeger")}`),
      );
    }
  });

  it("takes whatever the charts take for true", async () => {
    expect(await judge(release("alertmanager", { ingress: { enabled: "false" } }))).to.deep.equal(
      at("alertmanager", `ingress.enabled ${nameless("Alertmanager").replace("is true", "is false")}`),
    );
    expect(await judge(kiali({ deployment: { ingress: { enabled: "true" } } }))).to.deep.equal(
      at("kiali-server", `deployment.ingress.override_yaml.spec.tls ${plain("Kiali")}`),
    );
    expect(await judge(kiali({ deployment: { ingress: { enabled: "false" } } }))).to.deep.equal({
      violations: [],
    });
  });

  it("refuses an Ingress to what asks nobody for a name, with TLS or without", async () => {
    for (const ingress of [{ enabled: true }, { enabled: true, tls }]) {
      expect(await judge(prometheusStack({ prometheus: { ingress } }))).to.deep.equal(
        at("kube-prometheus-stack", `prometheus.ingress.enabled ${nameless("Prometheus")}`),
      );
      expect(await judge(release("jaeger", { jaeger: { ingress } }))).to.deep.equal(
        at("jaeger", `jaeger.ingress.enabled ${nameless("Jaeger")}`),
      );
    }
  });

  it("refuses an Ingress without TLS", async () => {
    for (const none of [{}, { tls: [] }]) {
      expect(await judge(grafana({ ingress: { enabled: true, ...none } }))).to.deep.equal(
        at("grafana", `ingress.tls ${plain("Grafana")}`),
      );
    }
    expect(await judge(kiali({ deployment: { ingress: { enabled: true } } }))).to.deep.equal(
      at("kiali-server", `deployment.ingress.override_yaml.spec.tls ${plain("Kiali")}`),
    );
  });

  it("leaves other charts alone", async () => {
    expect(await judge(gatewayRelease({ service: { type: "LoadBalancer" } }))).to.deep.equal({
      violations: [],
    });
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(grafana({ service: { type: unknown } }))).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/grafana: string value at .values.service.type can't be known during preview",
    });
    expect((await judge(grafana({ ingress: { enabled: true, tls: unknown } }))).violations).to.deep.equal([]);
    expect(
      await judge(prometheusStack({ prometheus: { route: { main: { enabled: unknown } } } })),
    ).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/kube-prometheus-stack: string value at .values.prometheus.route.main.enabled can't be known " +
        "during preview",
    });
  });
});
