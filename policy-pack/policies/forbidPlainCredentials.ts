import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { consolesOf } from "../reading/console";
import { type Field, UNKNOWN } from "../reading/field";
import { isHelmRelease } from "../reading/resource";

/** Keys of values that hold a credential. `existingSecret`, `passwordKey` and similar keys only refer to one. */
const CREDENTIAL = new RegExp(
  [
    ...[
      "(^|[._-])(token|credentials|passphrase)$",
      "password$",
      "signing_key$",
      "secret_key$",
      "bearer_?token$",
    ],
    ...["(client|api|auth)_?secret$", "api_?key$", "(service|user)_key$", "slack_api_url$", "webhook_url$"],
  ].join("|"),
  "i",
);

/**
 * Credentials of Alertmanager whose keys have another meaning elsewhere.
 * https://prometheus.io/docs/alerting/latest/configuration/
 */
const RECEIVER = /\.(slack_configs\[\d+\]\.api_url|pagerduty_configs\[\d+\]\.routing_key)$/;

/** A reference to a credential: Kiali's `secret:name:key`, and variables of Grafana, shells and pods. */
const REFERENCE = /^(secret:[^:]+:.+|\$(__\w+)?\{.+\}|\$[A-Z_][A-Z0-9_]*|\$\([^)]+\))$/;

/** The texts of this policy's violations. */
export const messages = {
  plaintext: (): Message => ({
    problem: "is a credential in plaintext, which Helm stores in the cluster with the release",
    fix: "Refer to a Secret instead",
  }),
};

/**
 * Helm stores all values of a release in the cluster, and charts write them to ConfigMaps. A client with read access to
 * these can use the credentials.
 * https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.login_token.signing_key
 */
export const forbidPlainCredentials = resourcePolicy({
  name: "forbid-plain-credentials",
  displayName: "Consoles read credentials from Secrets",
  description:
    "Values of Kiali, Grafana, Prometheus, Alertmanager and Jaeger refer to Secrets and contain no credentials.",
  severity: "high",
  framework: nist("IA-5(7)", "Authenticator management: no embedded unencrypted static authenticators"),
  tags: ["istio", "observability", "secrets"],
  remediationSteps:
    "Store the credential in a Kubernetes Secret and refer to it. In Kiali, set login_token.signing_key to " +
    "secret:<name>:<key>. In Grafana, set admin.existingSecret and envValueFrom. In Alertmanager, use the *_file " +
    "settings, and in variables valueFrom.",
  url: "https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.login_token.signing_key",
  settings: {},
  appliesTo: isHelmRelease,
  judge(release) {
    if (consolesOf(release).length === 0) return [];
    return named(release.fields.at("values"))
      .filter(({ name, field }) => CREDENTIAL.test(name) || RECEIVER.test(field.path))
      .flatMap(({ field }) => judge(field));
  },
});

/** The leaves below a field, each with its key. The value of a name/value pair, such as a variable, has the pair's name. */
function named(field: Field, name = field.key): { name: string; field: Field }[] {
  if (field.peek === UNKNOWN) return [{ name, field }];
  const pair = field.at("name").peek;
  const nameOf = ({ key }: Field) => (key === "value" && typeof pair === "string" ? pair : key);
  const below = field.children().flatMap((child) => named(child, nameOf(child)));
  return below.length > 0 ? below : [{ name, field }];
}

/** Judges one value. The message does not contain the value, not even its length. */
function judge(field: Field): Violation[] {
  const value = field.value;
  if (value === UNKNOWN || typeof value !== "string" || value === "" || REFERENCE.test(value)) return [];
  return [{ field, ...messages.plaintext() }];
}
