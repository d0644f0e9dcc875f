import { workloadSecrets } from "../catalog";
import type { CheckedMesh } from "../checks";
import type { Plan } from "./plan";

/** A Secret that a stack's objects or releases name. */
export interface NamedSecret {
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly string[];
  /** Its purpose, in a few words. */
  readonly purpose: string;
  /** The type of Secret and the arguments, for `kubectl create secret`. */
  readonly create: { readonly type: "generic" | "tls"; readonly args: readonly string[] };
}

/** Every Secret that a stack names. No plan has their values: Pulumi generates some, and others are configured. */
export function secretsOf({ mesh, observability }: Pick<Plan, "mesh" | "observability">): NamedSecret[] {
  const { secrets, credentials = [] } = observability?.plan ?? {};
  const certificates = new Map(
    [...gatewayCredentials(mesh), ...credentials].map((one) => [`${one.namespace}/${one.name}`, one]),
  );
  return [
    ...Object.values(secrets ?? {}).map(({ name, namespace, known, key, length }): NamedSecret => ({
      namespace,
      name,
      keys: [...Object.keys(known), key],
      purpose: "made up once",
      create: {
        type: "generic",
        args: [
          ...Object.entries(known).map(([one, value]) => `--from-literal=${one}=${value}`),
          `--from-literal=${key}="$(openssl rand -hex ${length / 2})"`,
        ],
      },
    })),
    ...workloadSecrets(mesh).map(({ name, namespace, keys, generated }): NamedSecret => ({
      namespace,
      name,
      keys,
      purpose: generated ? "made up once" : "values of a workload's environment",
      create: {
        type: "generic",
        args: keys.map(
          (key) => `--from-literal=${key}=${generated ? '"$(openssl rand -hex 16)"' : "<value>"}`,
        ),
      },
    })),
    ...[...certificates.values()].map(({ name, namespace }): NamedSecret => ({
      namespace,
      name,
      keys: ["tls.crt", "tls.key"],
      purpose: "a gateway's certificate",
      create: { type: "tls", args: ["--cert=tls.crt", "--key=tls.key"] },
    })),
  ];
}

/** The Secrets with certificates that the gateways of a catalog name, once for each host. */
export function gatewayCredentials({ gateways }: CheckedMesh): { name: string; namespace: string }[] {
  return gateways.flatMap(({ pods, hosts }) =>
    hosts.flatMap(({ tls: { credentialName } }) =>
      credentialName === undefined ? [] : [{ name: credentialName, namespace: pods.namespace }],
    ),
  );
}

/** Returns the shell command that creates a Secret. */
export function howToMake({ namespace, name, create: { type, args } }: NamedSecret): string {
  return ["kubectl create secret", type, name, "-n", namespace, ...args].join(" ");
}
