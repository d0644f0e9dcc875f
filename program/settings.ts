import type * as pulumi from "@pulumi/pulumi";
import {
  defaultIstioVersion,
  type Environment,
  environments,
  type IstioVersion,
  istioVersionPattern,
  istioVersionSchema,
} from "../catalog";
import { runError } from "../components/runError";
import { facts, minorOf, retiredPlace } from "../policy-pack/facts";
import { z } from "zod";
import { clusterSettings, type ClusterSettings } from "./cluster/settings";
import type { Platform } from "./platform";
import { unknownKeys, wrongFields } from "./wrongKeys";

/** The settings of a stack: the keys `meshwright:…` of `Pulumi.<stack>.yaml`. */
export interface Settings {
  /** The platform that the stack deploys. */
  readonly platform: Platform;
  /** The platform's own options, such as a host name. Default: the platform's defaults. */
  readonly options: Record<string, unknown>;
  /** Sizes the stack: replicas, disruption budgets, sampling; `staging` is sized like `prod`. Default: `dev`. */
  readonly environment: Environment;
  /** Exact version of Istio. Default: {@link defaultIstioVersion}. */
  readonly istioVersion: IstioVersion;
  /**
   * Whether the observability components are installed: Prometheus, Grafana, Jaeger and Kiali. `installed`: another stack
   * has installed them, and this stack adds the rules and dashboards of its catalog. Default: true.
   */
  readonly observability: boolean | "installed";
  /**
   * Whether the stack installs the control plane and its gateways. `installed`: another stack or tool has installed them,
   * and this stack deploys its catalog alone. Default: `install`.
   */
  readonly controlPlane: "install" | "installed";
  /** Helm repository with the charts of Istio and of the add-ons. Default: each chart's own. */
  readonly chartRepository: string | undefined;
  /** Registry and path of Istio's images. Default: Istio's own, in docs/versions.md. */
  readonly imageHub: string;
  /** Registry that serves the add-ons' images under their own paths. Default: the images' own. */
  readonly imageRegistry: string | undefined;
  /** Base URL of the alerts' runbooks. Default: none, so alerts only name the page. */
  readonly runbookUrl: string | undefined;
  /** Alertmanagers that get the alerts, each as `<host>` or `<host>:<port>`. Default: none. */
  readonly alertmanagers: readonly string[] | undefined;
  /** Revision of the control plane. Default: none. */
  readonly revision: string | undefined;
  /**
   * A second control plane during an upgrade, of another revision. It is the next one before it takes over, then the
   * last one until no proxy belongs to it. Without `revision`, the one that has none. Default: none.
   */
  readonly canary: z.infer<typeof canary> | undefined;
  /** Time in seconds that each Helm release may take to become ready. Default: 300. */
  readonly timeoutSeconds: number;
  /**
   * Certificates of the gateways' hosts: keys `gatewayCertificate` and `gatewayKey` for those of the catalog,
   * `monitoringCertificate` and `monitoringKey` for those of the add-ons. Default: none.
   */
  readonly certificates: Readonly<Partial<Record<CertificateOwner, GatewayCertificate>>>;
  /** The cluster's requirements of Istio's installation; docs/clusters lists them by kind of cluster. Default: none. */
  readonly cluster: ClusterSettings;
  /** URLs of istiod's webhooks if it runs outside of the cluster. Default: the service `istiod`. */
  readonly webhooks: { readonly validationURL: string; readonly injectionURL: string } | undefined;
}

/** A certificate for gateways, from the stack's configuration. */
export interface GatewayCertificate {
  /** The whole certificate chain, PEM. */
  readonly certificate: string;
  /** The private key, PEM, as a secret. */
  readonly key: pulumi.Output<string>;
}

/** The owner of a certificate's hosts: the catalog's gateways, or the add-ons. */
export type CertificateOwner = "gateway" | "monitoring";

/** A source of settings, keyed without their namespace. Objects are JSON text. */
export interface SettingSource {
  get(key: string): string | undefined;
  /** Missing where secrets can't be read. */
  getSecret?(key: string): pulumi.Output<string> | undefined;
  /** All keys that are set. Missing where they are not known: then an unknown key is not found. */
  keys?(): readonly string[];
}

/** The keys of a stack's settings, without their namespace. */
const settingKeys = [
  ...["platform", "options", "environment", "istioVersion", "controlPlane", "observability"],
  ...["chartRepository", "imageRegistry", "imageHub", "runbookUrl", "alertmanagers"],
  ...["revision", "canary", "timeoutSeconds", "cluster", "webhooks"],
  ...["gatewayCertificate", "gatewayKey", "monitoringCertificate", "monitoringKey"],
];

/** Pulumi passes structured configuration as JSON text. */
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue(`${text} is not an object`);
    return z.NEVER;
  }
});

const webhooks = z.strictObject({ validationURL: z.url(), injectionURL: z.url() });

const revisionPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** A revision is named after the minor version, because patches are installed in place. */
const exampleRevision = (minorOf(defaultIstioVersion) ?? "").replace(".", "-");

const canary = z.strictObject({
  istioVersion: istioVersionSchema,
  revision: z.string().regex(revisionPattern).exactOptional(),
  webhooks: webhooks.exactOptional(),
});

/**
 * Reads and checks the stack's configuration.
 *
 * @param platforms the platforms to select from. A single one is the default.
 * @param config `new pulumi.Config("meshwright")` in a program.
 * @throws {pulumi.RunError} with every wrong key, its value and the fix.
 */
export function readSettings(platforms: readonly Platform[], config: SettingSource): Settings {
  const problems: string[] = [];
  const choose = <T extends string>(
    key: string,
    allowed: readonly T[],
    otherwise: T,
    optional = false,
  ): T => {
    const value = config.get(key);
    const found = allowed.find((one) => one === value);
    if (found !== undefined || (value === undefined && optional)) return found ?? otherwise;
    const told = value === undefined ? "is not set" : `is "${value}", which is unknown`;
    problems.push(`${key} ${told}. Choose one: pulumi config set meshwright:${key} ${allowed.join("|")}`);
    return otherwise;
  };
  const match = (key: string, pattern: RegExp, example: string): string | undefined => {
    const value = config.get(key);
    if (value !== undefined && !pattern.test(value)) {
      problems.push(
        `${key} is "${value}". Write it like this: pulumi config set meshwright:${key} ${example}`,
      );
    }
    return value;
  };

  const gateway = readCertificate(config, "gateway", problems);
  const monitoring = readCertificate(config, "monitoring", problems);
  const seconds = match("timeoutSeconds", /^[1-9]\d*$/, "300");
  const [first, ...others] = platforms;
  if (first === undefined) throw new Error("The program has no platform");
  const names = platforms.map(({ name }) => name);
  const chosen = choose("platform", names, first.name, others.length === 0);
  const platform = platforms.find(({ name }) => name === chosen) ?? first;
  const observing = choose("observability", ["true", "false", "installed"], "true", true);
  const settings: Settings = {
    platform,
    options: readOptions(config, platform, problems),
    environment: choose("environment", environments, "dev", true),
    istioVersion: (match("istioVersion", istioVersionPattern, defaultIstioVersion) ??
      defaultIstioVersion) as IstioVersion,
    observability: observing === "installed" ? observing : observing === "true",
    controlPlane: choose("controlPlane", ["install", "installed"], "install", true),
    chartRepository: match("chartRepository", /^(https?|oci):\/\//, "https://charts.example.com/istio"),
    imageHub: config.get("imageHub") ?? facts.istio.images.hub,
    imageRegistry: match(
      "imageRegistry",
      /^(?!.*:\/\/)[a-z0-9][a-z0-9.:/_-]*[a-z0-9]$/,
      "registry.example.com/mirror",
    ),
    runbookUrl: match("runbookUrl", /^https?:\/\//, "https://runbooks.example.com/mesh"),
    alertmanagers: readObject(config, "alertmanagers", z.array(z.string()), problems, {
      "[0]": "alertmanager.example.com",
    }),
    revision: match("revision", revisionPattern, exampleRevision),
    canary: readObject(config, "canary", canary, problems, {
      ".istioVersion": defaultIstioVersion,
      ".revision": exampleRevision,
    }),
    timeoutSeconds: seconds === undefined ? 300 : Number(seconds),
    certificates: { ...(gateway && { gateway }), ...(monitoring && { monitoring }) },
    cluster: readCluster(config, problems),
    webhooks: readObject(config, "webhooks", webhooks, problems, {
      ".validationURL": "https://…/validate",
      ".injectionURL": "https://…/inject",
    }),
  };
  problems.push(...unknownKeys(config.keys?.() ?? [], settingKeys));
  for (const [key, place] of Object.entries({
    chartRepository: settings.chartRepository,
    imageHub: settings.imageHub,
  })) {
    const reason = place === undefined ? undefined : retiredPlace(place, settings.istioVersion);
    if (reason === undefined) continue;
    problems.push(
      `${key} is "${place}", which ${reason}. Use the default: pulumi config rm meshwright:${key}`,
    );
  }
  if (problems.length > 0) {
    throw runError(
      `The stack's configuration has ${problems.length} ${problems.length === 1 ? "error" : "errors"}; nothing was changed.\n` +
        problems.map((problem) => `  meshwright:${problem}`).join("\n"),
    );
  }
  return settings;
}

/**
 * Reads `<owner>Certificate` and `<owner>Key`. Without access to secrets, as for rendering, there is none.
 *
 * @param problems gets a line if one of the two is set and the other isn't.
 */
function readCertificate(
  config: SettingSource,
  owner: CertificateOwner,
  problems: string[],
): GatewayCertificate | undefined {
  if (config.getSecret === undefined) return undefined;
  const certificate = config.get(`${owner}Certificate`);
  const key = config.getSecret(`${owner}Key`);
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? "Certificate" : "Key";
    problems.push(
      `${owner}${missing} is not set, but its counterpart is. Set both: pulumi config set meshwright:${owner}Certificate < tls.crt; ` +
        `pulumi config set --secret meshwright:${owner}Key < tls.key`,
    );
    return undefined;
  }
  return { certificate, key };
}

function readOptions(config: SettingSource, platform: Platform, problems: string[]): Record<string, unknown> {
  const text = config.get("options");
  if (text === undefined) return {};
  const read = json.safeParse(text);
  const parsed = read.success ? platform.options.safeParse(read.data) : read;
  if (parsed.success) return parsed.data;
  problems.push(...wrongFields("options", platform.options, parsed.error.issues));
  return {};
}

function readCluster(config: SettingSource, problems: string[]): ClusterSettings {
  const text = config.get("cluster");
  if (text === undefined) return {};
  const parsed = json.pipe(clusterSettings).safeParse(text);
  if (parsed.success) return parsed.data satisfies ClusterSettings;
  problems.push(
    ...wrongFields("cluster", clusterSettings, parsed.error.issues, "docs/clusters has examples. "),
  );
  return {};
}

/** Reads an object or a list. `example` shows its form, by path. */
function readObject<T>(
  config: SettingSource,
  key: string,
  schema: z.ZodType<T>,
  problems: string[],
  example: Record<string, string>,
): T | undefined {
  const text = config.get(key);
  if (text === undefined) return undefined;
  const parsed = json.pipe(schema).safeParse(text);
  if (parsed.success) return parsed.data;
  const commands = Object.entries(example).map(
    ([path, value]) => `pulumi config set --path 'meshwright:${key}${path}' ${value}`,
  );
  problems.push(`${key} is ${text}. Write it like this: ${commands.join("; ")}`);
  return undefined;
}
