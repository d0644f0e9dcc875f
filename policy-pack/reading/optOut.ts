import { TRUE } from "./boolean";
import { type Field, textsOf } from "./field";
import { isProxyOnly, TEMPLATES } from "./gateway";
import { PROXY_CONFIG, proxyConfigOf } from "./proxyConfig";
import { istiodValue } from "./release";
import type { KubernetesResource } from "./resource";
import { containersOf, isIstioContainer } from "./workload";

/** A setting that keeps all of a pod's traffic from its proxy, one way or both. */
export interface OptOut {
  readonly field: Field;
  /** What it says and what comes of it: `is "NONE", so the sidecar sees no traffic` */
  readonly problem: string;
}

/** The values that keep traffic from a proxy, and what comes of them. */
type Reading = readonly [values: RegExp, effect: string];

const MODE: Reading = [/^(NONE|2)$/, "the sidecar sees no traffic"];
const INBOUND: Reading = [/^[\s,]*$/, "the sidecar sees no inbound traffic"];
const OUTBOUND: Reading = [/^[\s,]*$/, "the sidecar sees no outbound traffic"];
const EXCLUDED: Reading = [/(^|,)\s*(\*|0\.0\.0\.0\/0)\s*(,|$)/, "the sidecar sees no outbound traffic"];
const WITHOUT_SIDECAR: Reading = [
  /^(?!(.*,)?\s*sidecar\s*(,|$))/,
  "nothing leads the pod's traffic to a sidecar",
];

/** By which a pod with a sidecar stays out of ambient mode. */
const STATUS = "sidecar.istio.io/status";

/** Labels and annotations of pods. */
const MARKS: ReadonlyMap<string, readonly [place: "labels" | "annotations", ...Reading]> = new Map([
  ["sidecar.istio.io/interceptionMode", ["annotations", ...MODE]],
  ["traffic.sidecar.istio.io/includeInboundPorts", ["annotations", ...INBOUND]],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", ["annotations", ...OUTBOUND]],
  ["traffic.sidecar.istio.io/excludeOutboundIPRanges", ["annotations", ...EXCLUDED]],
  [TEMPLATES, ["annotations", ...WITHOUT_SIDECAR]],
  ["istio.io/dataplane-mode", ["labels", /^none$/, "ztunnel sees no traffic"]],
  ["ambient.istio.io/bypass-inbound-capture", ["annotations", TRUE, "ztunnel sees no inbound traffic"]],
]);

/** Values of istiod that hold for every pod which does not say otherwise. */
const VALUES: readonly (readonly [path: string, reading: Reading])[] = [
  ["global.proxy.autoInject", [/^(?!enabled$)/, "no pod gets a sidecar unless it asks for one"]],
  ["global.proxy.includeInboundPorts", INBOUND],
  ["global.proxy.includeIPRanges", OUTBOUND],
  ["global.proxy.excludeIPRanges", EXCLUDED],
  ["meshConfig.defaultConfig.interceptionMode", MODE],
  ["meshConfig.defaultConfig.interception_mode", MODE],
];

/** How a pod keeps its traffic from its proxy; one that is nothing but a proxy has none to keep. */
export function podOptOuts(pod: Field): OptOut[] {
  const metadata = pod.at("metadata");
  const optOuts = [
    ...[...MARKS].map(([name, [place]]) => metadata.at(place, name)),
    metadata.at("annotations", PROXY_CONFIG),
    metadata.at("annotations", STATUS),
  ].flatMap(markedOptOut);
  if (optOuts.length === 0 || isProxyOnly(pod)) return [];
  const hasSidecar = containersOf(pod).some(isIstioContainer);
  return optOuts.filter(({ field }) => field.key !== STATUS || !hasSidecar);
}

/** How a label or an annotation, which a chart may take anywhere, keeps a pod's traffic from its proxy. */
export function markedOptOut(field: Field): OptOut[] {
  if (field.key === PROXY_CONFIG) return proxyConfigOptOut(field);
  if (field.key === STATUS) return typeof field.value === "string" ? [statusOptOut(field)] : [];
  const mark = MARKS.get(field.key);
  return mark === undefined ? [] : read(field, [mark[1], mark[2]]);
}

/** How istiod keeps the traffic of all pods from their proxies. */
export function meshOptOuts(istiod: KubernetesResource): OptOut[] {
  const templates = istiodValue(istiod, "sidecarInjectorWebhook", "defaultTemplates");
  const names = textsOf(templates).map(({ text }) => text);
  return [
    ...VALUES.flatMap(([path, reading]) => read(istiodValue(istiod, ...path.split(".")), reading)),
    ...(names.length > 0 ? read(templates, WITHOUT_SIDECAR, names.join(",")) : []),
  ];
}

function read(field: Field, [values, effect]: Reading, value = field.value): OptOut[] {
  if (!["string", "number", "boolean"].includes(typeof value) || !values.test(String(value))) return [];
  return [{ field, problem: `is "${String(value)}", so ${effect}` }];
}

function proxyConfigOptOut(field: Field): OptOut[] {
  const { readable, interceptionMode } = proxyConfigOf(field);
  if (!readable) return [{ field, problem: "is not YAML, so nobody can tell what the sidecar sees" }];
  const [values, effect] = MODE;
  if (!values.test(String(interceptionMode))) return [];
  return [{ field, problem: `sets interceptionMode to ${String(interceptionMode)}, so ${effect}` }];
}

function statusOptOut(field: Field): OptOut {
  return { field, problem: "is set, so ambient mode leaves the pod to a sidecar that it does not have" };
}
