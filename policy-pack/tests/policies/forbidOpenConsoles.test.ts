import { expect } from "chai";
import type { Message } from "../../policy";
import { forbidOpenConsoles, messages } from "../../policies/forbidOpenConsoles";
import { type Resource, unknown, validateResource } from "../engine";
import { grafana, istiod, kiali, prometheusStack, release } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(forbidOpenConsoles, resource, configuration);
const at = (chart: string, path: string, message: Message) => ({
  violations: [said(`Release monitoring/${chart}`, "values")(path, message)],
});
const anonymous = { "auth.anonymous": { enabled: true } };

describe("forbid-open-consoles", () => {
  it("states the field, the value and the fix", async () => {
    expect(await judge(kiali({ auth: { strategy: "anonymous" } }))).to.deep.equal({
      violations: [
        "Release monitoring/kiali-server: values.auth.strategy is anonymous, so Kiali requires no login. Set it to token or " +
          "openid.",
      ],
    });
  });

  it("accepts consoles that require a login", async () => {
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

  it("refuses a Kiali without a login, from its chart or its operator's", async () => {
    expect(await judge(kiali({ auth: { strategy: "anonymous" } }))).to.deep.equal(
      at("kiali-server", ".auth.strategy", messages.kiali()),
    );
    const operator = (create: unknown) =>
      judge(release("kiali-operator", { cr: { create, spec: { auth: { strategy: "anonymous" } } } }));
    expect(await operator(true)).to.deep.equal(
      at("kiali-operator", ".cr.spec.auth.strategy", messages.kiali()),
    );
    // Without it, the chart installs the operator alone.
    for (const create of [undefined, false]) expect(await operator(create)).to.deep.equal({ violations: [] });
    expect(await operator(unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/kiali-operator: string value at .values.cr.create can't be known during preview",
    });
  });

  it("refuses a Grafana without a login, by its own chart or a parent chart, by setting or by variable", async () => {
    const path = '["grafana.ini"]["auth.anonymous"].enabled';
    const message = messages.grafana("true");
    expect(await judge(grafana({ "grafana.ini": anonymous }))).to.deep.equal(at("grafana", path, message));
    expect(await judge(prometheusStack({ grafana: { "grafana.ini": anonymous } }))).to.deep.equal(
      at("kube-prometheus-stack", `.grafana${path}`, message),
    );
    expect(await judge(grafana({ env: { GF_AUTH_ANONYMOUS_ENABLED: "true" } }))).to.deep.equal(
      at("grafana", ".env.GF_AUTH_ANONYMOUS_ENABLED", message),
    );
  });

  it("refuses it with every value that Grafana reads as true", async () => {
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
        at("grafana", ".env.GF_AUTH_ANONYMOUS_ENABLED", messages.grafana(String(enabled))),
      );
    }
  });

  it("refuses a Prometheus whose clients can delete its data", async () => {
    expect(
      await judge(prometheusStack({ prometheus: { prometheusSpec: { enableAdminAPI: true } } })),
    ).to.deep.equal(
      at("kube-prometheus-stack", ".prometheus.prometheusSpec.enableAdminAPI", messages.prometheus("true")),
    );
    const extraFlags = ["web.enable-lifecycle", "web.enable-admin-api"];
    expect(await judge(release("prometheus", { server: { extraFlags } }))).to.deep.equal(
      at("prometheus", ".server.extraFlags[1]", messages.prometheus("web.enable-admin-api")),
    );
  });

  it("does not apply to dev and other charts", async () => {
    const open = { auth: { strategy: "anonymous" }, "grafana.ini": anonymous };
    expect(await judge(kiali(open), { environment: "dev" })).to.deep.equal({ violations: [] });
    expect(await judge(istiod(open))).to.deep.equal({ violations: [] });
    expect((await judge(kiali(open), { environment: "staging" })).violations).to.have.length(1);
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(kiali({ auth: { strategy: unknown } }))).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/kiali-server: string value at .values.auth.strategy can't be known during preview",
    });
  });
});
