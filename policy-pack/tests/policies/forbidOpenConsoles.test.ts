import { expect } from "chai";
import { forbidOpenConsoles } from "../../policies/forbidOpenConsoles";
import { type Resource, unknown, validateResource } from "../engine";
import { grafana, istiod, kiali, prometheusStack, release } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(forbidOpenConsoles, resource, configuration);
const at = (chart: string, text: string) => ({
  violations: [`Release monitoring/${chart}: values.${text}.`],
});
const anonymous = { "auth.anonymous": { enabled: true } };

describe("forbid-open-consoles", () => {
  it("accepts consoles that ask for a name", async () => {
    for (const resource of [
      kiali(),
      kiali({ auth: { strategy: "" } }),
      kiali({ auth: { strategy: "openid" } }),
      grafana(),
      grafana({ "grafana.ini": { "auth.anonymous": { enabled: false } } }),
      grafana({
        "grafana.ini": { "auth.anonymous": { enabled: "no" } },
        env: { GF_AUTH_ANONYMOUS_ENABLED: "0" },
      }),
      prometheusStack({ prometheus: { prometheusSpec: { enableAdminAPI: false } } }),
      release("prometheus", { server: { extraFlags: ["web.enable-lifecycle"] } }),
      release("jaeger", {}),
    ]) {
      expect(await judge(resource), resource.name).to.deep.equal({ violations: [] });
    }
  });

  it("refuses a Kiali that asks nobody, from its chart or its operator's", async () => {
    const strategy = "auth.strategy is anonymous, so Kiali asks nobody for a name. Set it to token or openid";
    expect(await judge(kiali({ auth: { strategy: "anonymous" } }))).to.deep.equal(
      at("kiali-server", strategy),
    );
    const operator = (create: unknown) =>
      judge(release("kiali-operator", { cr: { create, spec: { auth: { strategy: "anonymous" } } } }));
    expect(await operator(true)).to.deep.equal(at("kiali-operator", `cr.spec.${strategy}`));
    // Without it, the chart installs the operator alone.
    for (const create of [undefined, false]) expect(await operator(create)).to.deep.equal({ violations: [] });
    expect(await operator(unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/kiali-operator: string value at .values.cr.create can't be known during preview",
    });
  });

  it("refuses a Grafana that asks nobody, alone or in a chart of charts, by setting or by variable", async () => {
    const path = '["grafana.ini"]["auth.anonymous"].enabled';
    const text = "is true, so Grafana asks nobody for a name. Leave it out.";
    expect(await judge(grafana({ "grafana.ini": anonymous }))).to.deep.equal({
      violations: [`Release monitoring/grafana: values${path} ${text}`],
    });
    expect(await judge(prometheusStack({ grafana: { "grafana.ini": anonymous } }))).to.deep.equal({
      violations: [`Release monitoring/kube-prometheus-stack: values.grafana${path} ${text}`],
    });
    expect(await judge(grafana({ env: { GF_AUTH_ANONYMOUS_ENABLED: "true" } }))).to.deep.equal({
      violations: [`Release monitoring/grafana: values.env.GF_AUTH_ANONYMOUS_ENABLED ${text}`],
    });
  });

  it("refuses it in every word that Grafana reads as true", async () => {
    for (const enabled of [
      1,
      "1",
      "t",
      "T",
      "true",
      "TRUE",
      "True",
      "y",
      "yes",
      "YES",
      "Yes",
      "on",
      "ON",
      "On",
    ]) {
      expect(await judge(grafana({ env: { GF_AUTH_ANONYMOUS_ENABLED: enabled } }))).to.deep.equal(
        at(
          "grafana",
          `env.GF_AUTH_ANONYMOUS_ENABLED is ${enabled}, so Grafana asks nobody for a name. Leave it out`,
        ),
      );
    }
  });

  it("refuses a Prometheus whose data anybody may delete", async () => {
    const effect = "so whoever reaches Prometheus may delete what it has. Leave it out";
    expect(
      await judge(prometheusStack({ prometheus: { prometheusSpec: { enableAdminAPI: true } } })),
    ).to.deep.equal(
      at("kube-prometheus-stack", `prometheus.prometheusSpec.enableAdminAPI is true, ${effect}`),
    );
    const extraFlags = ["web.enable-lifecycle", "web.enable-admin-api"];
    expect(await judge(release("prometheus", { server: { extraFlags } }))).to.deep.equal(
      at("prometheus", `server.extraFlags[1] is web.enable-admin-api, ${effect}`),
    );
  });

  it("leaves dev and other charts alone", async () => {
    const open = { auth: { strategy: "anonymous" }, "grafana.ini": anonymous };
    expect(await judge(kiali(open), { environment: "dev" })).to.deep.equal({ violations: [] });
    expect(await judge(istiod(open))).to.deep.equal({ violations: [] });
    expect((await judge(kiali(open), { environment: "staging" })).violations).to.have.length(1);
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(kiali({ auth: { strategy: unknown } }))).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/kiali-server: string value at .values.auth.strategy can't be known during preview",
    });
  });
});
