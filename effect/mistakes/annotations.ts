import { parseBlock } from "../address";
import { fieldsAt, textsByName } from "../field";
import type { Model } from "../model";
import type { KnownObject } from "../object";
import { podTemplateOf, podTemplatePath } from "../workload";
import { annotationNames, knownAnnotation } from "./knownAnnotations";
import type { Mistake } from "./mistake";

/** Annotations that istiod, its controllers and clusters write themselves. */
const written = ["sidecar.istio.io/status", "gateway.istio.io/controller-version", "istio.io/rev"];

/** Kinds whose own annotations are judged, besides those of pods. Other projects give annotations of Istio other kinds. */
const judged = ["Namespace", "Service", "Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

/**
 * Returns annotations of Istio that do not exist, that the kind of the object can't have, or whose value Istio rejects.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/
 */
export function annotationMistakes({ byKind }: Model): Mistake[] {
  return [...byKind.values()].flat().flatMap((object) => {
    if (!judged.includes(object.kind) || !["", "apps", "batch"].includes(object.group)) return [];
    const own = Object.entries(object.annotations).flatMap(([name, value]) =>
      mistakeOf(
        { object, path: "metadata.annotations", kind: object.kind, labels: object.labels },
        name,
        value,
      ),
    );
    const template = object.kind === "Pod" ? undefined : podTemplateOf(object);
    if (!template) return own;
    const metadata = fieldsAt(template, "metadata");
    const pods: Holder = {
      object,
      path: [...podTemplatePath(object), "metadata.annotations"].join("."),
      kind: "Pod",
      labels: textsByName(metadata, "labels"),
    };
    return [
      ...own,
      ...Object.entries(textsByName(metadata, "annotations")).flatMap(([name, value]) =>
        mistakeOf(pods, name, value),
      ),
    ];
  });
}

/** What has annotations: an object, or the template of its pods. */
interface Holder {
  readonly object: KnownObject;
  /** Path of the annotations. */
  readonly path: string;
  readonly kind: string;
  readonly labels: Readonly<Record<string, string>>;
}

function mistakeOf({ object, path, kind, labels }: Holder, name: string, value: string): Mistake[] {
  const [domain = "", ...rest] = name.split("/");
  if (!/(^|\.)istio\.io$/.test(domain) || rest.length === 0 || written.includes(name)) return [];
  const at = `${path}["${name}"]`;
  const known = knownAnnotation(name);
  if (!known) {
    const near = annotationNames.find((one) => one.toLowerCase() === name.toLowerCase());
    const problem = `the annotation ${name} does not exist in Istio, so it has no effect`;
    return [{ object, path: at, problem, fix: near ? `Write ${near}` : "Remove it, or correct its name" }];
  }
  if (!known.kinds.includes("Any") && !known.kinds.includes(kind)) {
    const where = known.kinds.map((one) => (one === "Pod" ? "pods and their templates" : one)).join(", ");
    const problem = `the annotation ${name} has no effect on a ${kind}, because Istio reads it on ${where}`;
    return [
      { object, path: at, problem, fix: known.kinds.includes("Pod") ? "Move it to the pods" : "Remove it" },
    ];
  }
  const form = forms.get(name);
  if (form && !form.accepts(value)) {
    const problem = `the annotation ${name} is "${value}", which is not valid, so pods get no working proxy`;
    return [{ object, path: at, problem, fix: `Use ${form.text}` }];
  }
  if (known.deprecated && !(name === "sidecar.istio.io/inject" && labels[name] !== undefined)) {
    const problem = `the annotation ${name} is deprecated, and a later version of Istio may ignore it`;
    return [{ object, path: at, problem, fix: replacements.get(name) ?? "Remove it" }];
  }
  return [];
}

const replacements: ReadonlyMap<string, string> = new Map([
  ["sidecar.istio.io/inject", "Use the label sidecar.istio.io/inject of the pods"],
]);

/** The form of an annotation's value. */
interface Form {
  readonly text: string;
  readonly accepts: (value: string) => boolean;
}

const listed = (value: string): string[] =>
  value
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
const isPort = (text: string): boolean => /^\d+$/.test(text) && Number(text) <= 65535;
const ports: Form = { text: 'ports such as "8080,9090"', accepts: (value) => listed(value).every(isPort) };
const portsOrAll: Form = {
  text: 'ports such as "8080,9090", or "*"',
  accepts: (value) => value === "*" || ports.accepts(value),
};
const blocks: Form = {
  text: 'address blocks such as "10.0.0.0/8"',
  accepts: (value) => listed(value).every((one) => one.includes("/") && parseBlock(one) !== undefined),
};
const blocksOrAll: Form = {
  text: 'address blocks such as "10.0.0.0/8", or "*"',
  accepts: (value) => value === "*" || blocks.accepts(value),
};
const count: Form = { text: "a number such as 5", accepts: (value) => /^\d+$/.test(value) };
const quantity: Form = {
  text: "a quantity such as 100m or 128Mi",
  accepts: (value) => /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/.test(value),
};

/** What istiod verifies when it injects a proxy. */
const forms: ReadonlyMap<string, Form> = new Map([
  [
    "sidecar.istio.io/interceptionMode",
    {
      text: "REDIRECT, TPROXY or NONE",
      accepts: (value: string) => ["REDIRECT", "TPROXY", "NONE"].includes(value),
    },
  ],
  ["status.sidecar.istio.io/port", { text: "a port such as 15021", accepts: isPort }],
  ["readiness.status.sidecar.istio.io/initialDelaySeconds", count],
  ["readiness.status.sidecar.istio.io/periodSeconds", count],
  ["readiness.status.sidecar.istio.io/failureThreshold", count],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", blocksOrAll],
  ["traffic.sidecar.istio.io/excludeOutboundIPRanges", blocks],
  ["traffic.sidecar.istio.io/includeInboundPorts", portsOrAll],
  ["traffic.sidecar.istio.io/excludeInboundPorts", ports],
  ["traffic.sidecar.istio.io/includeOutboundPorts", portsOrAll],
  ["traffic.sidecar.istio.io/excludeOutboundPorts", ports],
  [
    "prometheus.istio.io/merge-metrics",
    {
      text: '"true" or "false"',
      accepts: (value: string) => /^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(value),
    },
  ],
  ["sidecar.istio.io/proxyCPU", quantity],
  ["sidecar.istio.io/proxyMemory", quantity],
  ["sidecar.istio.io/proxyCPULimit", quantity],
  ["sidecar.istio.io/proxyMemoryLimit", quantity],
]);
