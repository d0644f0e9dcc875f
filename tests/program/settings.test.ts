import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { RunError } from "../../components";
import { defaultIstioVersion } from "../../catalog";
import { facts, minorOf } from "../../policy-pack/facts";
import { catalogOf } from "../../program/catalogOf";
import { readSettings, type Settings } from "../../program/settings";
import { platformList, platforms } from "../../platforms";
import { programs } from "../../toolchain/pins";

const read = (values: Record<string, string>): Settings => {
  const config = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`meshwright:${key}`, value]),
  );
  pulumi.runtime.setAllConfig(config);
  return readSettings(platformList, new pulumi.Config("meshwright"));
};

describe("program/settings", () => {
  afterEach(() => {
    pulumi.runtime.setAllConfig({});
  });

  it("needs nothing but a platform", () => {
    expect(read({ platform: "alfred" })).to.deep.equal({
      platform: platforms.alfred,
      options: {},
      environment: "dev",
      istioVersion: defaultIstioVersion,
      observability: true,
      controlPlane: "install",
      chartRepository: undefined,
      imageHub: facts.istio.images.hub,
      imageRegistry: undefined,
      runbookUrl: undefined,
      alertmanagers: undefined,
      revision: undefined,
      timeoutSeconds: 300,
      certificates: {},
      cluster: {},
      canary: undefined,
      webhooks: undefined,
    });
  });

  it("reads everything that is set", () => {
    const canary = { istioVersion: "1.32.0", revision: "1-32-0" };
    const webhooks = {
      validationURL: "https://localhost:15017/validate",
      injectionURL: "https://localhost:15017/inject",
    };
    expect(
      read({
        platform: "alfred",
        options: JSON.stringify({ canaryWeight: 25 }),
        environment: "prod",
        istioVersion: "1.31.2",
        observability: "false",
        chartRepository: "oci://registry.example.com/charts",
        imageHub: "registry.example.com/istio",
        imageRegistry: "registry.example.com:5000/mirror",
        runbookUrl: "https://runbooks.example.com/mesh",
        alertmanagers: JSON.stringify(["alerts.example.com"]),
        revision: "1-31-2",
        timeoutSeconds: "60",
        canary: JSON.stringify(canary),
        webhooks: JSON.stringify(webhooks),
      }),
    ).to.deep.equal({
      platform: platforms.alfred,
      options: { canaryWeight: 25 },
      environment: "prod",
      istioVersion: "1.31.2",
      observability: false,
      controlPlane: "install",
      chartRepository: "oci://registry.example.com/charts",
      imageHub: "registry.example.com/istio",
      imageRegistry: "registry.example.com:5000/mirror",
      runbookUrl: "https://runbooks.example.com/mesh",
      alertmanagers: ["alerts.example.com"],
      revision: "1-31-2",
      timeoutSeconds: 60,
      certificates: {},
      cluster: {},
      canary,
      webhooks,
    });
  });

  it("tells of every wrong key at once, with its value and the fix", () => {
    const problems = (): string => {
      try {
        read({
          options: JSON.stringify({ canaryWeight: 101, colour: "blue" }),
          environment: "production",
          istioVersion: "1.31",
          observability: "yes",
          chartRepository: "charts",
          imageRegistry: "https://registry.example.com",
          runbookUrl: "docs/runbooks",
          alertmanagers: JSON.stringify("alerts.example.com"),
          revision: "1.31.0",
          timeoutSeconds: "5m",
          canary: JSON.stringify({ istioVersion: "1.32", revision: "1-32-0" }),
          webhooks: JSON.stringify({ validationURL: "https://localhost/validate" }),
        });
        return "";
      } catch (error) {
        expect(error).to.be.instanceOf(RunError);
        return (error as Error).message;
      }
    };
    const lines = problems().split("\n");
    expect(lines.shift()).to.equal("The stack's configuration has 14 errors; nothing was changed.");
    expect(lines.map((line) => line.trim().split(" ")[0])).to.have.members([
      "meshwright:platform",
      "meshwright:options.canaryWeight:",
      "meshwright:options.colour",
      "meshwright:environment",
      "meshwright:istioVersion",
      "meshwright:observability",
      "meshwright:chartRepository",
      "meshwright:imageRegistry",
      "meshwright:runbookUrl",
      "meshwright:alertmanagers",
      "meshwright:revision",
      "meshwright:timeoutSeconds",
      "meshwright:canary",
      "meshwright:webhooks",
    ]);
    const text = lines.join("\n");
    expect(text).to.contain('environment is "production", which is unknown. Choose one: pulumi config set');
    expect(text).to.contain(
      `istioVersion is "1.31". Write it like this: pulumi config set meshwright:istioVersion ${defaultIstioVersion}`,
    );
    expect(text).to.contain(
      "alertmanagers is \"alerts.example.com\". Write it like this: pulumi config set --path 'meshwright:alertmanagers[0]' alertmanager.example.com",
    );
    expect(text).to.match(/platform is not set\. Choose one: pulumi config set meshwright:platform alfred/);
  });

  describe("certificates", () => {
    const get = (values: Record<string, string>) => (key: string) => ({ platform: "alfred", ...values })[key];
    const reading = (values: Record<string, string>, secrets: Record<string, string>): Settings => {
      const getSecret = (key: string) =>
        secrets[key] === undefined ? undefined : pulumi.secret(secrets[key]);
      return readSettings(platformList, { get: get(values), getSecret });
    };

    it("are read in pairs whose keys stay secrets", async () => {
      const { certificates } = reading(
        { gatewayCertificate: "chain", monitoringCertificate: "other" },
        { gatewayKey: "key", monitoringKey: "key" },
      );
      expect(certificates.gateway?.certificate).to.equal("chain");
      expect(certificates.monitoring?.certificate).to.equal("other");
      for (const { key } of Object.values(certificates)) expect(await pulumi.isSecret(key)).to.equal(true);
    });

    it("are refused without their counterparts", () => {
      expect(() => reading({ gatewayCertificate: "chain" }, { monitoringKey: "key" })).to.throw(
        RunError,
        /has 2 errors[^]*meshwright:gatewayKey is not set, but its counterpart is[^]*meshwright:monitoringCertificate is not set, but its counterpart is/,
      );
    });

    it("are not read if secrets can't be read", () => {
      expect(
        readSettings(platformList, { get: get({ gatewayCertificate: "chain" }) }).certificates,
      ).to.deep.equal({});
    });
  });

  it("needs nothing at all for a program's only platform, and refuses any other", () => {
    const only = [platforms.voicecore];
    expect(readSettings(only, { get: () => undefined }).platform).to.equal(platforms.voicecore);
    expect(() => readSettings(only, { get: (key) => ({ platform: "alfred" })[key] })).to.throw(
      'platform is "alfred", which is unknown. Choose one: pulumi config set meshwright:platform voicecore',
    );
  });

  describe("the cluster's needs", () => {
    const cluster = (value: unknown) => read({ platform: "alfred", cluster: JSON.stringify(value) }).cluster;

    it("are read as they are", () => {
      const value = {
        platform: "gke",
        cni: { namespace: "kube-system", values: { cniBinDir: "/home/kubernetes/bin" } },
        ingress: { service: { type: "NodePort" }, numTrustedProxies: 1 },
        installBase: false,
        values: { gateways: { "istio-ingress": { priorityClassName: "edge" } } },
        acceptedFindings: ["load-balancer"],
      };
      expect(cluster(value)).to.deep.equal(value);
      expect(cluster({})).to.deep.equal({});
    });

    it("are refused by their paths, all at once", () => {
      const wrong = {
        platform: "eks",
        cni: { folder: "/bin" },
        ingress: { service: { externalTrafficPolicy: "local" }, numTrustedProxies: -1 },
        acceptedFindings: ["everything"],
      };
      const paths = (): string[] => {
        try {
          cluster(wrong);
          return [];
        } catch (error) {
          return [...(error as Error).message.matchAll(/--path meshwright:(\S+)(?: <value>)?$/gm)].map(
            ([, path = ""]) => path,
          );
        }
      };
      expect(paths()).to.deep.equal([
        "cluster.platform",
        "cluster.cni.folder",
        "cluster.ingress.service.externalTrafficPolicy",
        "cluster.ingress.numTrustedProxies",
        "cluster.acceptedFindings.0",
      ]);
    });
  });

  it("refuses keys that it does not know, at any depth, with the most similar one", () => {
    const values: Record<string, string> = {
      platform: "alfred",
      enviroment: "prod",
      team: "blue",
      options: JSON.stringify({ canaryWeigth: 5 }),
      cluster: JSON.stringify({ platfrom: "gke", cni: { folder: "/bin" } }),
    };
    const source = { get: (key: string) => values[key], keys: () => Object.keys(values) };
    const remove = (key: string): string => `remove it: pulumi config rm meshwright:${key}`;
    const removePath = (key: string): string => `remove it: pulumi config rm --path meshwright:${key}`;
    expect(() => readSettings(platformList, source)).to.throw(
      RunError,
      `has 5 errors; nothing was changed.
  meshwright:options.canaryWeigth is unknown; did you mean "canaryWeight"? Or ${removePath("options.canaryWeigth")}
  meshwright:cluster.cni.folder is unknown; use one of "namespace", "values", or ${removePath("cluster.cni.folder")}
  meshwright:cluster.platfrom is unknown; did you mean "platform"? Or ${removePath("cluster.platfrom")}
  meshwright:enviroment is unknown; did you mean "environment"? Or ${remove("enviroment")}
  meshwright:team is unknown; ${remove("team")}`,
    );
  });

  it("knows every key that the guide lists", () => {
    const page = readFileSync(join(__dirname, "..", "..", "docs", "guide", "operation.md"), "utf8");
    const [, table = ""] = page.split(/^## Settings of a stack$/m);
    const rows = (table.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| `"));
    const listed = rows
      .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)])
      .map(([, key = ""]) => key);
    expect(listed).to.have.length.greaterThan(15);
    const source = { get: (key: string) => ({ platform: "alfred" })[key], keys: () => listed };
    expect(readSettings(platformList, source).platform.name).to.equal("alfred");
  });

  it("refuses options that are no object", () => {
    expect(() => read({ platform: "alfred", options: "blue" })).to.throw("blue is not an object");
  });

  it("refuses places that Istio has retired, for versions that they don't have", () => {
    const [charts] = facts.istio.retired.charts;
    const [hub] = facts.istio.retired.images;
    const places = { platform: "alfred", chartRepository: `${charts}/`, imageHub: hub };
    expect(() => read(places)).to.throw(
      RunError,
      `has 2 errors; nothing was changed.
  meshwright:chartRepository is "${charts}/", which has nothing newer than Istio 1.30, and closes in December 2026. ` +
        `Use the default: pulumi config rm meshwright:chartRepository
  meshwright:imageHub is "${hub}", which has nothing newer than Istio 1.30, and closes in December 2026. ` +
        "Use the default: pulumi config rm meshwright:imageHub",
    );
    expect(read({ ...places, istioVersion: "1.30.8" }).imageHub).to.equal(hub);
    expect(read({ platform: "alfred", imageHub: `${facts.istio.images.hub}/mirror` }).imageHub).to.equal(
      `${facts.istio.images.hub}/mirror`,
    );
  });

  it("install the minor version that the toolchain is pinned to, and hand theirs to the platform's catalog", () => {
    expect(minorOf(programs.istioctl.version)).to.equal(minorOf(defaultIstioVersion));
    const settings = readSettings(platformList, {
      get: (key) => ({ platform: "voicecore", istioVersion: "1.32.4" })[key],
    });
    expect(catalogOf(settings).istioVersion).to.equal("1.32.4");
    expect(catalogOf(settings)).to.not.have.property("canaryIstioVersion");
    const canary = { istioVersion: "1.31.0" } as const;
    expect(catalogOf({ ...settings, canary }).canaryIstioVersion).to.equal("1.31.0");
  });
});
