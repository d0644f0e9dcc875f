import { type Fields, fieldsAt, listAt, numberAt, textAt } from "../field";
import { mayCall } from "../mayCall";
import type { Model } from "../model";
import { titleOf } from "../object";
import { containersOf, podTemplateOf, podTemplatePath, type Workload } from "../workload";
import type { Mistake } from "./mistake";

const annotation = "sidecar.istio.io/rewriteAppHTTPProbers";

/** The values that Istio reads as false: https://pkg.go.dev/strconv#ParseBool */
const no = ["0", "f", "F", "false", "FALSE", "False"];

/**
 * Returns pods whose HTTP and gRPC probes Istio leaves as they are, and whose proxy denies them. The kubelet has no
 * certificate, so the pods never become ready.
 *
 * @see https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/
 */
export function deniedProbes(model: Model): Mistake[] {
  return model.workloads.flatMap((workload): Mistake[] => {
    if (workload.proxy !== "sidecar" || !no.includes(workload.annotations?.[annotation] ?? "")) return [];
    const { from } = workload;
    const object = from && [...model.byKind.values()].flat().find((one) => titleOf(one) === titleOf(from));
    const template = object && podTemplateOf(object);
    if (!template) return [];
    const denied = containersOf(fieldsAt(template, "spec")).flatMap((container) =>
      ["startupProbe", "readinessProbe", "livenessProbe"].flatMap((probe) => {
        const text = deniedProbe(model, workload, fieldsAt(container, probe));
        return text === undefined ? [] : [`${probe} of ${textAt(container, "name") ?? ""} (${text})`];
      }),
    );
    if (denied.length === 0) return [];
    return [
      {
        object,
        path: [...podTemplatePath(object), `metadata.annotations["${annotation}"]`].join("."),
        problem: `the kubelet has no certificate, and the proxy denies its requests: ${denied.join(", ")}`,
        fix: "Remove the annotation, so that Istio lets the agent of the proxy answer the probes",
      },
    ];
  });
}

/** What a probe asks, and why the proxy denies it. Undefined if it does not, or the model does not know. */
function deniedProbe(model: Model, workload: Workload, probe: Fields): string | undefined {
  const isHttp = "httpGet" in probe;
  if (!isHttp && !("grpc" in probe)) return undefined;
  const asked = fieldsAt(probe, isHttp ? "httpGet" : "grpc");
  // A probe of another address does not go to the pod.
  if (textAt(asked, "host") !== undefined) return undefined;
  const port = numberAt(asked, "port") ?? workload.namedPorts?.[textAt(asked, "port") ?? ""];
  if (port === undefined) return undefined;
  const path = isHttp ? (textAt(asked, "path") ?? "/") : "/grpc.health.v1.Health/Check";
  const headers = Object.fromEntries(
    listAt(asked, "httpHeaders").map((one) => [
      (textAt(one, "name") ?? "").toLowerCase(),
      textAt(one, "value") ?? "",
    ]),
  );
  const method = isHttp ? "GET" : "POST";
  const { answer, reason } = mayCall(model, workload, { port, method, path, headers });
  if (answer !== "denied") return undefined;
  const why = reason === "mutual TLS required" ? "mutual TLS is STRICT" : reason;
  return `port ${port}: ${why}`;
}
