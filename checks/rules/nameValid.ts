import {
  type ClaimsDefinition,
  egressGateway,
  formatPath,
  isValues,
  isWildcard,
  type MeshDefinition,
  type WorkloadDefinition,
} from "../../catalog";
import { pages } from "../pages";
import { references } from "../references";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const host = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Names of objects that apply to a whole namespace. Their kinds are also rendered for services. */
const reservedNames = new Set(["default", "default-deny", "allow-istio"]);

type Name = readonly [path: (string | number)[], kind: string, name: string, valid: boolean, fix: string];

/** The fix of a host that is a URL, or has a port, capitals or a final dot. Undefined for other invalid hosts. */
function bareHost(name: string): string | undefined {
  const bare = name
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, "")
    .replace(/[/?#].*$/, "")
    .replace(/:\d+$/, "")
    .replace(/\.$/, "");
  return bare !== name && host.test(bare.replace(/^\*\./, "")) ? fixes.bareHost(bare) : undefined;
}

/** What a valid name is, by the kind of name. */
export const fixes = {
  label: (max = 63) =>
    `use at most ${max} lower-case letters, digits and hyphens, with no hyphen at either end`,
  port: "use at most 15 lower-case letters, digits and single hyphens, at least one of them a letter",
  reserved: "use another name: objects that apply to the whole namespace have this one",
  egressGateway: "use another name: the egress gateway has this one",
  serviceAccount: "use at most 253 lower-case letters, digits, hyphens and dots, as Kubernetes accepts",
  trustDomain:
    'write the trust domain of the control plane: labels of lower-case letters, digits and hyphens, separated by dots, such as "cluster.local"',
  externalHost:
    'write a fully qualified host name outside of the cluster, in lower case, such as "api.example.com", or all names below a domain, such as "*.s3.amazonaws.com"',
  bareHost: (name: string) => `write "${name}": lower case, without scheme, port, path and final dot`,
  numericHost:
    'give the address a host name in DNS, such as "bank.example.com", and write that: istiod refuses hosts that end in digits',
  clusterHost:
    "declare a Service of the cluster under `reach` of the services that call it: unlike an external host, it uses mutual TLS",
  gatewayHost:
    'write a full host name in lower case, such as "api.example.com", or all names below a domain, "*.example.com"',
  numericGatewayHost:
    'write a DNS name, such as "api.example.com": TLS clients send no address as the server name, and istiod refuses hosts that end in digits',
  secretOfCa:
    'rename the Secret: Istio reads a Secret whose name ends in "-cacert" only as a CA certificate, so no certificate would be served',
  secret: 'write the name of a Secret: lower-case letters, digits, hyphens and dots, such as "shop-cert"',
  data: 'write lower-case letters, digits, hyphens and dots, such as "shop-database"',
  key: 'write letters, digits, hyphens, underscores and dots, such as "password"',
  claim:
    'write the name of a claim that Istio can match: without spaces, brackets and "*", such as "roles"; have the issuer add one if none exists',
  secretNamespace: "write only the Secret's name: the Secret must be in the namespace of the gateway's pods",
} as const;

export const text = (kind: string, name: string, fix: string): Text => ({
  message: `"${name}" can't be the name of a ${kind}`,
  fix,
});

export const nameValid: DefinitionRule = {
  code: "MW105",
  severity: "error",
  title: "Names are valid Kubernetes names",
  why: [
    "Names in the catalog become names of Kubernetes objects, ports and hosts.",
    "The API server rejects an invalid name during the deployment, when other objects have been applied already.",
  ],
  see: pages.kubernetesNames,
  stage: "definition",
  examples: {
    wrong: { ...base, services: { Web_1: { ports: { http } } } },
    right: { ...base, services: { "web-1": { ports: { http } } } },
  },
  *check(definition) {
    for (const [path, kind, name, valid, fix] of names(definition)) {
      if (valid) continue;
      yield { path: formatPath(path), ...text(kind, name, fix) };
    }
  },
};

function* names(definition: MeshDefinition): Iterable<Name> {
  yield labelled(["name"], "mesh", definition.name);
  const { trustDomain, revision } = definition;
  if (trustDomain !== undefined) {
    yield [["trustDomain"], "trust domain", trustDomain, isSubdomain(trustDomain, 255), fixes.trustDomain];
  }
  if (revision !== undefined) yield labelled(["revision"], "revision", revision);
  for (const field of ["namespace", "rootNamespace"] as const) {
    const name = definition[field];
    if (name !== undefined) yield labelled([field], "namespace", name);
  }
  for (const [i, name] of (definition.sharedNamespaces ?? []).entries()) {
    yield labelled(["sharedNamespaces", i], "namespace", name);
  }
  for (const [
    service,
    { namespace, ports = {}, serviceAccount: own, versions = {}, admit = {}, workload },
  ] of Object.entries(definition.services)) {
    const path = ["services", service];
    const longest = longestWorkload(workload);
    const versioned = Object.keys(versions).length > 0;
    yield labelled(path, "service", service, versioned ? 63 : longest);
    yield [path, "service", service, !reservedNames.has(service), fixes.reserved];
    if (namespace !== undefined) yield labelled([...path, "namespace"], "namespace", namespace);
    for (const port of Object.keys(ports)) yield portName([...path, "ports", port], port);
    if (own?.name !== undefined) {
      const valid = subdomain.test(own.name) && own.name.length <= 253;
      yield [[...path, "serviceAccount", "name"], "service account", own.name, valid, fixes.serviceAccount];
    }
    for (const [caller, { namespace: home, serviceAccount }] of Object.entries(admit)) {
      yield labelled([...path, "admit", caller, "namespace"], "namespace", home);
      if (serviceAccount === undefined) continue;
      yield labelled([...path, "admit", caller, "serviceAccount"], "service account", serviceAccount);
    }
    for (const version of Object.keys(versions)) {
      // A Deployment is named after both.
      yield labelled([...path, "versions", version], "version", version, longest - service.length - 1);
      yield* environmentNames(versions[version]?.env, [...path, "versions", version]);
    }
    for (const claim of Object.keys(workload?.volumeClaimTemplates ?? {})) {
      yield labelled([...path, "workload", "volumeClaimTemplates", claim], "volume", claim);
    }
    for (const [secret, key] of Object.entries(workload?.generatedSecrets ?? {})) {
      const at = [...path, "workload", "generatedSecrets", secret];
      yield dataName(at, "Secret", secret);
      yield dataKey(at, key);
    }
    yield* environmentNames(workload?.env, [...path, "workload"]);
  }
  for (const [external, { host: name, ports, tls, egressGateway: leaves }] of Object.entries(
    definition.externalServices ?? {},
  )) {
    const path = ["externalServices", external];
    // The egress gateway has a subset that is named after the external service and the catalog.
    yield labelled(
      path,
      "service",
      external,
      leaves === true && label.test(definition.name) && definition.name.length < 62
        ? 62 - definition.name.length
        : 63,
    );
    const inside = /\.(svc|cluster\.local)$/.test(name);
    const numeric = isNumeric(name);
    const fix = inside
      ? fixes.clusterHost
      : numeric
        ? fixes.numericHost
        : (bareHost(name) ?? fixes.externalHost);
    // A wildcard for a whole top-level domain would match the hosts of many owners.
    const below = isWildcard(name) ? name.slice(2) : name;
    yield [[...path, "host"], "host", name, host.test(below) && !inside && !numeric, fix];
    for (const port of Object.keys(ports)) yield portName([...path, "ports", port], port);
    if (tls?.credentialName !== undefined) {
      yield secretName([...path, "tls", "credentialName"], tls.credentialName);
    }
  }
  for (const { call, path } of references(definition)) {
    yield* claimNames(call.endUser?.claims ?? {}, [...path, "endUser", "claims"]);
  }
  for (const [gateway, { release, namespace, serviceAccount, hosts }] of Object.entries(
    definition.gateways ?? {},
  )) {
    const path = ["gateways", gateway];
    yield labelled(path, "gateway", gateway);
    yield [path, "gateway", gateway, gateway !== egressGateway.release, fixes.egressGateway];
    if (release !== undefined) yield labelled([...path, "release"], "Helm release", release);
    if (namespace !== undefined) yield labelled([...path, "namespace"], "namespace", namespace);
    if (serviceAccount !== undefined) {
      yield labelled([...path, "serviceAccount"], "service account", serviceAccount);
    }
    for (const [name, { tls }] of Object.entries(hosts)) {
      for (const field of ["credentialName", "caCertCredentialName"] as const) {
        const secret = tls[field];
        if (secret === undefined) continue;
        yield secretName([...path, "hosts", name, "tls", field], secret);
      }
      const below = name.replace(/^\*\.(?=[^.]+\.)/, "");
      yield [
        [...path, "hosts", name],
        "host",
        name,
        host.test(below) && !isNumeric(name) && name.length <= 253 - "wildcard".length,
        isNumeric(name) ? fixes.numericGatewayHost : (bareHost(name) ?? fixes.gatewayHost),
      ];
    }
  }
}

/** The length of a workload's name: Kubernetes adds to it in the names of Jobs, and in a label of a StatefulSet's pods. */
function longestWorkload(workload: WorkloadDefinition | undefined): number {
  return workload?.kind === "CronJob" || workload?.kind === "StatefulSet" ? 52 : 63;
}

/** Names of the Secrets and ConfigMaps of environment variables, and their keys. */
function* environmentNames(env: WorkloadDefinition["env"], path: (string | number)[]): Iterable<Name> {
  for (const [variable, value] of Object.entries(env ?? {})) {
    if (typeof value === "string") continue;
    const { secretKeyRef, configMapKeyRef } = value.valueFrom;
    const at = [...path, "env", variable, "valueFrom"];
    if (secretKeyRef) yield* dataNames([...at, "secretKeyRef"], "Secret", secretKeyRef);
    if (configMapKeyRef) yield* dataNames([...at, "configMapKeyRef"], "ConfigMap", configMapKeyRef);
  }
}

function* dataNames(
  path: (string | number)[],
  kind: string,
  { name, key }: { readonly name?: string; readonly key?: string },
): Iterable<Name> {
  if (name !== undefined) yield dataName([...path, "name"], kind, name);
  if (key !== undefined) yield dataKey([...path, "key"], key);
}

function dataName(path: (string | number)[], kind: string, name: string): Name {
  return [path, kind, name, isSubdomain(name, 253), fixes.data];
}

function dataKey(path: (string | number)[], key: string): Name {
  return [path, "key", key, /^[-._a-zA-Z0-9]{1,253}$/.test(key), fixes.key];
}

/** Whether a host is an IPv4 address or looks like one. istiod refuses these. */
function isNumeric(name: string): boolean {
  return /(^|\.)\d+$/.test(name);
}

/** DNS labels, separated by dots. */
function isSubdomain(name: string, max: number): boolean {
  return name.length <= max && name.split(".").every((part) => label.test(part) && part.length <= 63);
}

function portName(path: (string | number)[], port: string): Name {
  const valid = label.test(port) && port.length <= 15 && /[a-z]/.test(port) && !port.includes("--");
  return [path, "port", port, valid, fixes.port];
}

/** The name of a Secret with a certificate, or with the CA certificate of clients. */
function secretName(path: (string | number)[], secret: string): Name {
  const ofCa = path.at(-1) === "credentialName" && secret.endsWith("-cacert");
  const fix = secret.includes("/") ? fixes.secretNamespace : ofCa ? fixes.secretOfCa : fixes.secret;
  return [path, "Secret", secret, isSubdomain(secret, 253) && !ofCa, fix];
}

function labelled(path: (string | number)[], kind: string, name: string, max = 63): Name {
  return [path, kind, name, label.test(name) && name.length <= max, fixes.label(max)];
}

function* claimNames(claims: ClaimsDefinition, path: readonly (string | number)[]): Iterable<Name> {
  for (const [name, value] of Object.entries(claims)) {
    yield [[...path, name], "claim", name, /^[^\s[\]*]+$/.test(name), fixes.claim];
    if (!isValues(value)) yield* claimNames(value, [...path, name]);
  }
}
