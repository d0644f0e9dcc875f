import { excessOf } from "./addressBlock";
import { TRUE } from "./boolean";
import { type Field, textsOf } from "./field";
import { isProxyOnly, TEMPLATES } from "./gateway";
import { PROXY_CONFIG, proxyConfigOf } from "./proxyConfig";
import { istiodValue } from "./release";
import type { KubernetesResource } from "./resource";
import { asText, entriesOf } from "./value";
import { containersOf, isIstioContainer } from "./workload";

/** A setting that keeps all inbound traffic, all outbound traffic or both from a pod's proxy. */
export interface OptOut {
  readonly field: Field;
  /** The setting: `is "NONE"`. */
  readonly setting: string;
  /** Its effect: `the sidecar sees no traffic`. */
  readonly effect: string;
}

/** The values that keep traffic from a proxy, and their effect. */
type Reading = readonly [values: { readonly test: (text: string) => boolean }, effect: string];

const MODE: Reading = [/^(NONE|2)$/, "the sidecar sees no traffic"];
const INBOUND: Reading = [/^[\s,]*$/, "the sidecar sees no inbound traffic"];
const OUTBOUND: Reading = [/^[\s,]*$/, "the sidecar sees no outbound traffic"];
const EXCLUDED: Reading = [
  { test: (text) => entriesOf(text).some((block) => block === "*" || excessOf(block) !== undefined) },
  "the sidecar sees no outbound traffic",
];
const WITHOUT_SIDECAR: Reading = [
  /^(?!(.*,)?\s*sidecar\s*(,|$))/,
  "the pod's traffic is not redirected to a sidecar",
];

/** The annotation by which ambient mode skips a pod that has a sidecar. */
const STATUS = "sidecar.istio.io/status";

/** The labels and annotations of pods with this effect. */
const MARKS: ReadonlyMap<string, readonly [place: "labels" | "annotations", ...Reading]> = new Map([
  ["sidecar.istio.io/interceptionMode", ["annotations", ...MODE]],
  ["traffic.sidecar.istio.io/includeInboundPorts", ["annotations", ...INBOUND]],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", ["annotations", ...OUTBOUND]],
  ["traffic.sidecar.istio.io/excludeOutboundIPRanges", ["annotations", ...EXCLUDED]],
  [TEMPLATES, ["annotations", ...WITHOUT_SIDECAR]],
  ["istio.io/dataplane-mode", ["labels", /^none$/, "ztunnel sees no traffic"]],
  ["security.istio.io/tlsMode", ["labels", /^(?!istio$)/, "callers send plaintext to the pod"]],
  [
    "v1.multus-cni.io/default-network",
    [
      "annotations",
      /./,
      "the pod has another network than the one in which Istio's CNI plugin redirects traffic",
    ],
  ],
  ["ambient.istio.io/bypass-inbound-capture", ["annotations", TRUE, "ztunnel sees no inbound traffic"]],
]);

/** The values of istiod with this effect on every pod that does not override them. */
const VALUES: readonly (readonly [path: string, reading: Reading])[] = [
  ["global.proxy.autoInject", [/^(?!enabled$)/, "only pods that request a sidecar get one"]],
  ["global.proxy.includeInboundPorts", INBOUND],
  ["global.proxy.includeIPRanges", OUTBOUND],
  ["global.proxy.excludeIPRanges", EXCLUDED],
  ["meshConfig.defaultConfig.interceptionMode", MODE],
  ["meshConfig.defaultConfig.interception_mode", MODE],
];

/** The settings by which a pod keeps traffic from its proxy. A pod that is only a proxy has none. */
export function podOptOuts(pod: Field): OptOut[] {
  const metadata = pod.at("metadata");
  const optOuts = [
    ...[...MARKS].map(([name, [place]]) => metadata.at(place, name)),
    metadata.at("annotations", PROXY_CONFIG),
    metadata.at("annotations", STATUS),
  ].flatMap(markedOptOut);
  if (optOuts.length === 0 || isProxyOnly(pod)) return [];
  const hasSidecar = containersOf(pod).some((container) => isIstioContainer(container));
  return optOuts.filter(({ field }) => field.key !== STATUS || !hasSidecar);
}

/** The effect of one label or annotation, which a chart's values may contain anywhere. */
export function markedOptOut(field: Field): OptOut[] {
  if (field.key === PROXY_CONFIG) return proxyConfigOptOut(field);
  if (field.key === STATUS) return typeof field.value === "string" ? [statusOptOut(field)] : [];
  const mark = MARKS.get(field.key);
  return mark === undefined ? [] : read(field, [mark[1], mark[2]]);
}

/** The settings by which istiod keeps the traffic of all pods from their proxies. */
export function meshOptOuts(istiod: KubernetesResource): OptOut[] {
  const templates = istiodValue(istiod, "sidecarInjectorWebhook", "defaultTemplates");
  const names = textsOf(templates).map(({ text }) => text);
  return [
    ...VALUES.flatMap(([path, reading]) => read(istiodValue(istiod, ...path.split(".")), reading)),
    ...(names.length > 0 ? read(templates, WITHOUT_SIDECAR, names.join(",")) : []),
  ];
}

function read(field: Field, [values, effect]: Reading, value = field.value): OptOut[] {
  if (!["string", "number", "boolean"].includes(typeof value) || !values.test(asText(value))) return [];
  return [{ field, setting: `is "${asText(value)}"`, effect }];
}

function proxyConfigOptOut(field: Field): OptOut[] {
  const { readable, interceptionMode } = proxyConfigOf(field);
  if (!readable) return [{ field, setting: "is not YAML", effect: "its interceptionMode is unknown" }];
  const [values, effect] = MODE;
  if (!values.test(asText(interceptionMode))) return [];
  return [{ field, setting: `sets interceptionMode to ${asText(interceptionMode)}`, effect }];
}

function statusOptOut(field: Field): OptOut {
  return { field, setting: "is set", effect: "ambient mode skips the pod, which has no sidecar" };
}
