import { expect } from "chai";
import fc from "fast-check";
import { forbidPlainCredentials, messages } from "../../policies/forbidPlainCredentials";
import { type Resource, unknown, validateResource } from "../engine";
import { grafana, istiod, kiali, prometheusStack, release } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(forbidPlainCredentials, resource);
const at = (chart: string, ...paths: string[]) => ({
  violations: paths.map((path) => said(`Release monitoring/${chart}`, "values")(path, messages.plaintext())),
});
const SECRET = "hunter2";

describe("forbid-plain-credentials", () => {
  it("states the field and the fix", async () => {
    expect(await judge(grafana({ adminPassword: SECRET }))).to.deep.equal({
      violations: [
        "Release monitoring/grafana: values.adminPassword is a credential in plaintext, which Helm stores in the cluster with " +
          "the release. Refer to a Secret instead.",
      ],
    });
  });

  it("accepts names of Secrets, and references to credentials", async () => {
    for (const resource of [
      kiali(),
      kiali({ login_token: { signing_key: "" } }),
      kiali({ external_services: { grafana: { auth: { password: "secret:grafana-admin:password" } } } }),
      grafana(),
      grafana({ admin: { existingSecret: "grafana-admin", userKey: "admin-user" } }),
      grafana({ "grafana.ini": { security: { admin_password: "$__file{/etc/secrets/password}" } } }),
      grafana({ "grafana.ini": { "auth.generic_oauth": { client_secret: "${OAUTH_SECRET}" } } }),
      grafana({ env: { GF_SMTP_PASSWORD: "$SMTP_PASSWORD" }, ldap: { existingSecret: "ldap" } }),
      grafana({ smtp: { existingSecret: "smtp", passwordKey: "password" } }),
      prometheusStack({
        alertmanager: { config: { global: { smtp_auth_password_file: "/etc/smtp/password" } } },
      }),
    ]) {
      expect(await judge(resource), JSON.stringify(resource.props)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses credentials of Kiali", async () => {
    expect(await judge(kiali({ login_token: { signing_key: SECRET } }))).to.deep.equal(
      at("kiali-server", ".login_token.signing_key"),
    );
    const auth = { username: "kiali", password: SECRET, token: SECRET };
    expect(await judge(kiali({ external_services: { prometheus: { auth } } }))).to.deep.equal(
      at(
        "kiali-server",
        ".external_services.prometheus.auth.password",
        ".external_services.prometheus.auth.token",
      ),
    );
  });

  it("refuses credentials of Grafana in every value", async () => {
    expect(await judge(grafana({ adminPassword: SECRET }))).to.deep.equal(at("grafana", ".adminPassword"));
    expect(await judge(prometheusStack({ grafana: { adminPassword: SECRET } }))).to.deep.equal(
      at("kube-prometheus-stack", ".grafana.adminPassword"),
    );
    const ini = { security: { secret_key: SECRET }, "auth.github": { client_secret: SECRET } };
    expect(
      await judge(grafana({ "grafana.ini": ini, env: { GF_SECURITY_ADMIN_PASSWORD: SECRET } })),
    ).to.deep.equal(
      at(
        "grafana",
        '["grafana.ini"].security.secret_key',
        '["grafana.ini"]["auth.github"].client_secret',
        ".env.GF_SECURITY_ADMIN_PASSWORD",
      ),
    );
    const datasources = [{ name: "tempo", secureJsonData: { basicAuthPassword: SECRET } }];
    expect(await judge(grafana({ datasources: { "datasources.yaml": { datasources } } }))).to.deep.equal(
      at("grafana", '.datasources["datasources.yaml"].datasources[0].secureJsonData.basicAuthPassword'),
    );
  });

  it("refuses credentials of Alertmanager and Prometheus", async () => {
    const global = { smtp_auth_password: SECRET };
    expect(await judge(prometheusStack({ alertmanager: { config: { global } } }))).to.deep.equal(
      at("kube-prometheus-stack", ".alertmanager.config.global.smtp_auth_password"),
    );
    const remoteWrite = [{ url: "https://metrics.example.com", basic_auth: { password: SECRET } }];
    expect(await judge(release("prometheus", { server: { remoteWrite } }))).to.deep.equal(
      at("prometheus", ".server.remoteWrite[0].basic_auth.password"),
    );
  });

  it("refuses credentials of Alertmanager's receivers", async () => {
    const receivers = [
      {
        name: "team",
        slack_configs: [{ channel: "#alerts", api_url: "https://hooks.slack.com/services/T/B/x" }],
        pagerduty_configs: [{ routing_key: SECRET }, { service_key: SECRET }],
        discord_configs: [{ webhook_url: "https://discord.com/api/webhooks/1/x" }],
        pushover_configs: [{ user_key: SECRET, token: SECRET }],
        wechat_configs: [{ api_url: "https://qyapi.weixin.qq.com/cgi-bin/", api_secret: SECRET }],
        // No credentials: an address, and a routing name of VictorOps.
        opsgenie_configs: [{ api_url: "https://api.eu.opsgenie.com/" }],
        victorops_configs: [{ routing_key: "team" }],
      },
    ];
    const global = { slack_api_url: "https://hooks.slack.com/services/T/B/x", smtp_auth_secret: SECRET };
    expect(await judge(release("alertmanager", { config: { global, receivers } }))).to.deep.equal(
      at(
        "alertmanager",
        ".config.global.slack_api_url",
        ".config.global.smtp_auth_secret",
        ".config.receivers[0].slack_configs[0].api_url",
        ".config.receivers[0].pagerduty_configs[0].routing_key",
        ".config.receivers[0].pagerduty_configs[1].service_key",
        ".config.receivers[0].discord_configs[0].webhook_url",
        ".config.receivers[0].pushover_configs[0].user_key",
        ".config.receivers[0].pushover_configs[0].token",
        ".config.receivers[0].wechat_configs[0].api_secret",
      ),
    );
    const files = {
      slack_configs: [{ api_url_file: "/etc/slack/url" }],
      pagerduty_configs: [{ routing_key_file: "/etc/pagerduty/key" }],
    };
    expect(await judge(release("alertmanager", { config: { receivers: [files] } }))).to.deep.equal({
      violations: [],
    });
  });

  it("refuses credentials in pairs of name and value", async () => {
    const variables = (...env: object[]) => judge(release("prometheus", { server: { env } }));
    expect(await variables({ name: "ADMIN_PASSWORD", value: SECRET })).to.deep.equal(
      at("prometheus", ".server.env[0].value"),
    );
    expect(
      await variables(
        { name: "ADMIN_PASSWORD", valueFrom: { secretKeyRef: { name: "prometheus", key: "password" } } },
        { name: "ADMIN_PASSWORD", value: "$(OTHER)" },
        { name: "ADMIN_PASSWORD_FILE", value: "/etc/prometheus/password" },
        { name: "LOG_LEVEL", value: "debug" },
      ),
    ).to.deep.equal({ violations: [] });
  });

  it("ignores other charts", async () => {
    expect(await judge(istiod({ password: SECRET }))).to.deep.equal({ violations: [] });
  });

  it("does not repeat the credential", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 12 }), async (secret) => {
        const { violations } = await judge(grafana({ adminPassword: secret }));
        expect(violations).to.satisfy((texts: string[]) => texts.every((text) => !text.includes(secret)));
      }),
    );
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(grafana({ adminPassword: unknown, replicas: unknown }))).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/grafana: string value at .values.adminPassword can't be known during preview",
    });
    const env = [{ name: "ADMIN_PASSWORD", value: unknown }, { name: unknown, value: "debug" }, unknown];
    expect(await judge(release("prometheus", { server: { env } }))).to.deep.equal({
      violations: [],
      undecided:
        "Release monitoring/prometheus: string value at .values.server.env.0.value can't be known during preview",
    });
  });
});
