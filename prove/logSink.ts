import type { Subject } from "./subject";
import { istiodOf, providersOf } from "./istiodValues";

/** Where a provider of the mesh configuration sends access logs. */
export type LogSink =
  /** To the output of the proxy's container. */
  | { readonly kind: "output" }
  /** To a service of the cluster. */
  | { readonly kind: "collector"; readonly host: string; readonly port: number }
  /** Nowhere: the mesh configuration of the stack does not have it. */
  | { readonly kind: "nowhere"; readonly reason: string }
  /** To a place at which no proof looks. */
  | { readonly kind: "other"; readonly reason: string };

type ControlPlane = Pick<Subject, "releases" | "assumesControlPlane">;

/**
 * @param name of the provider, as a Telemetry has it. Istio declares `envoy` itself.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
 */
export function sinkOf(subject: ControlPlane, name: string): LogSink {
  const own = providersOf(subject).find((one) => one.name === name);
  if (own === undefined) {
    if (name === "envoy") {
      return formatted(istiodOf(subject).meshConfig?.accessLogFormat, name, { kind: "output" });
    }
    return subject.assumesControlPlane === true
      ? { kind: "other", reason: `the catalog does not say where the provider ${name} sends access logs` }
      : { kind: "nowhere", reason: `the mesh configuration has no provider ${name}` };
  }
  const { envoyFileAccessLog: file, envoyOtelAls, envoyHttpAls } = own;
  if (file !== undefined) {
    const { path = "/dev/stdout", logFormat } = file;
    return path === "/dev/stdout"
      ? formatted(logFormat, name, { kind: "output" })
      : { kind: "other", reason: `the provider ${name} writes a file of the proxy's container` };
  }
  const receiver = envoyOtelAls ?? envoyHttpAls;
  const host = receiver?.service?.split("/").at(-1) ?? "";
  if (receiver === undefined || !host.endsWith(".svc.cluster.local")) {
    return { kind: "other", reason: `the provider ${name} sends access logs to no service of the cluster` };
  }
  return formatted(envoyOtelAls?.logFormat, name, { kind: "collector", host, port: receiver.port ?? 0 });
}

/** A proof finds the lines of its requests by their path. Without a format of its own, Envoy's has it. */
function formatted(format: unknown, name: string, sink: LogSink): LogSink {
  if (format === undefined || JSON.stringify(format).includes(":PATH")) return sink;
  return { kind: "other", reason: `the format of ${name} has no path, by which a proof finds its requests` };
}

/** The services that access logs of the catalog's Telemetry are sent to. */
export function collectorsOf({ mesh: { telemetry }, ...subject }: Pick<Subject, "mesh"> & ControlPlane) {
  return [telemetry?.accessLogging, telemetry?.auditLogging].flatMap((log) => {
    const sink = log && sinkOf(subject, log.provider);
    return sink?.kind === "collector" ? [sink] : [];
  });
}
