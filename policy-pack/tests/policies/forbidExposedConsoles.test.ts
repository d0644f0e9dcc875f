import { expect } from "chai";
import type { Message } from "../../policy";
import { forbidExposedConsoles, messages } from "../../policies/forbidExposedConsoles";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, grafana, kiali, prometheusStack, release } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(forbidExposedConsoles, resource);
const at = (chart: string, path: string, message: Message) => ({
  violations: [said(`Release monitoring/${chart}`, "values.")(path, message)],
});
const capitalized = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase());
const tls = [{ secretName: "console", hosts: ["console.example.com"] }];

describe("forbid-exposed-consoles", () => {
  it("states the field, the type and the fix", async () => {
    expect(await judge(grafana({ service: { type: "NodePort" } }))).to.deep.equal({
      violations: [
        "Release monitoring/grafana: values.service.type is NodePort, so Grafana is reachable from outside the cluster without " +
          "passing a gateway. Set it to ClusterIP.",
      ],
    });
  });

  it("accepts consoles inside the cluster, and consoles with a login behind an Ingress with TLS", async () => {
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
      // The chart's defaults.
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
      const cases: [Resource, chart: string, path: string, console: string][] = [
        [kiali({ deployment: { service_type: type } }), "kiali-server", "deployment.service_type", "Kiali"],
        [grafana({ service }), "grafana", "service.type", "Grafana"],
        ...(["prometheus", "alertmanager", "grafana"] as const).map(
          (part): [Resource, string, string, string] => [
            prometheusStack({ [part]: { service } }),
            "kube-prometheus-stack",
            `${part}.service.type`,
            capitalized(part),
          ],
        ),
        [release("prometheus", { server: { service } }), "prometheus", "server.service.type", "Prometheus"],
        [release("jaeger", { jaeger: { service } }), "jaeger", "jaeger.service.type", "Jaeger"],
      ];
      for (const [resource, chart, path, console] of cases) {
        expect(await judge(resource)).to.deep.equal(at(chart, path, messages.service(type, console)));
      }
    }
  });

  it("refuses further Services of the same charts with these types", async () => {
    const stack = async (name: string, key: string, service: object, message: Message) => {
      const outcome = await judge(prometheusStack({ [name]: { [key]: service } }));
      expect(outcome).to.deep.equal(at("kube-prometheus-stack", `${name}.${key}.type`, message));
    };
    const enabled = true;
    for (const name of ["prometheus", "alertmanager"]) {
      const type = "LoadBalancer";
      await stack(name, "servicePerReplica", { enabled, type }, messages.service(type, capitalized(name)));
    }
    const nodePort = messages.service("NodePort", "Prometheus");
    await stack("prometheus", "thanosService", { enabled, type: "NodePort" }, nodePort);
    const byDefault = messages.serviceByDefault("LoadBalancer", "Prometheus");
    await stack("prometheus", "thanosServiceExternal", { enabled }, byDefault);
    expect(await judge(release("jaeger", { query: { service: { type: "NodePort" } } }))).to.deep.equal(
      at("jaeger", "query.service.type", messages.service("NodePort", "Jaeger")),
    );
  });

  it("refuses further Ingresses and routes to consoles without a login", async () => {
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
      ).to.deep.equal(
        at("kube-prometheus-stack", `prometheus.${path}.enabled`, messages.noLogin("true", "Prometheus")),
      );
    }
    expect(await judge(release("jaeger", { jaeger: { httproute: { enabled: true } } }))).to.deep.equal(
      at("jaeger", "jaeger.httproute.enabled", messages.noLogin("true", "Jaeger")),
    );
    for (const part of ["query", "allInOne"]) {
      expect(await judge(release("jaeger", { [part]: { ingress: { enabled: true } } }))).to.deep.equal(
        at("jaeger", `${part}.ingress.enabled`, messages.noLogin("true", "Jaeger")),
      );
    }
  });

  it("reads booleans as the charts do", async () => {
    expect(await judge(release("alertmanager", { ingress: { enabled: "false" } }))).to.deep.equal(
      at("alertmanager", "ingress.enabled", messages.noLogin("false", "Alertmanager")),
    );
    expect(await judge(kiali({ deployment: { ingress: { enabled: "true" } } }))).to.deep.equal(
      at("kiali-server", "deployment.ingress.override_yaml.spec.tls", messages.noTls("Kiali")),
    );
    expect(await judge(kiali({ deployment: { ingress: { enabled: "false" } } }))).to.deep.equal({
      violations: [],
    });
  });

  it("refuses an Ingress to a console without a login, with TLS or without", async () => {
    for (const ingress of [{ enabled: true }, { enabled: true, tls }]) {
      expect(await judge(prometheusStack({ prometheus: { ingress } }))).to.deep.equal(
        at("kube-prometheus-stack", "prometheus.ingress.enabled", messages.noLogin("true", "Prometheus")),
      );
      expect(await judge(release("jaeger", { jaeger: { ingress } }))).to.deep.equal(
        at("jaeger", "jaeger.ingress.enabled", messages.noLogin("true", "Jaeger")),
      );
    }
  });

  it("refuses an Ingress without TLS", async () => {
    for (const none of [{}, { tls: [] }]) {
      expect(await judge(grafana({ ingress: { enabled: true, ...none } }))).to.deep.equal(
        at("grafana", "ingress.tls", messages.noTls("Grafana")),
      );
    }
    expect(await judge(kiali({ deployment: { ingress: { enabled: true } } }))).to.deep.equal(
      at("kiali-server", "deployment.ingress.override_yaml.spec.tls", messages.noTls("Kiali")),
    );
  });

  it("ignores other charts", async () => {
    expect(await judge(gatewayRelease({ service: { type: "LoadBalancer" } }))).to.deep.equal({
      violations: [],
    });
  });

  it("reports unknown values as undecided", async () => {
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
