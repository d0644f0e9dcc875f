import { ANNOTATIONS, PROXY_SETTINGS, PROXY_VARIABLES, TRACING_SETTINGS } from "../allowLists";
import { words } from "../configuration";
import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { isProxyOnly } from "../reading/gateway";
import { Field, leaves, UNKNOWN } from "../reading/field";
import { isForwarding, overlayOf, PROXY_CONFIG, proxyConfigOf, settingsOf } from "../reading/proxyConfig";
import { chartOf, ISTIO_CHARTS, isGatewayRelease } from "../reading/release";
import { programChanges, proxyContainers } from "../reading/proxyContainer";
import {
  isConfigMap,
  isGatewayApiGateway,
  isHelmRelease,
  isProxyConfig,
  type KubernetesResource,
} from "../reading/resource";
import { isForeignKind, isIstioImage, isWorkload, istioHubs, podOf } from "../reading/workload";
import { asText } from "../reading/value";

/** The texts of this policy's violations. */
export const messages = {
  annotation: (name: string): Message => ({
    problem: `changes the proxy by ${name}, which is not an allowed annotation`,
    fix: "Remove it, or allow it in the policy's configuration after a review",
  }),
  setting: (name: string): Message => ({
    problem: `sets ${name}, which is not an allowed setting of a proxy`,
    fix: "Remove the setting, or allow it in the policy's configuration after a review",
  }),
  topology: (name: string): Message => ({
    problem: `sets gatewayTopology.${name}, but the pod is not a gateway, so clients could state another address or identity`,
    fix: "Remove the setting, and set it for gateways only",
  }),
  program: (container: string): Message => ({
    problem: `changes the program or the files of ${container}, which injection keeps`,
    fix: "Remove it",
  }),
  selector: (): Message => ({
    problem: "contains spec.selector, which sends the requests of a gateway's Service to other pods",
    fix: "Remove the selector",
  }),
  forwarding: (): Message => ({
    problem:
      "sets forwardClientCertDetails, so the proxy accepts identities that clients write into a header",
    fix: "Set it to SANITIZE_SET",
  }),
  notYaml: (): Message => ({ problem: "is not YAML, so its settings are unknown", fix: "Correct it" }),
  image: (image: string): Message => ({
    problem: `is ${image}, which is not an image of Istio's registries`,
    fix: "Remove it, or use an image of an allowed registry",
  }),
};

/** The domains of Istio's annotations. */
const ISTIO = /^([^/]*\.)?istio\.io\//;
const IMAGE = "sidecar.istio.io/proxyImage";

/**
 * Annotations of a pod change its proxy: its bootstrap, image, control plane and volumes. Most can disable what the mesh
 * enforces, so only annotations known to be harmless are allowed.
 * https://istio.io/latest/docs/reference/config/annotations/
 */
export const restrictPodAnnotations = resourcePolicy({
  name: "restrict-pod-annotations",
  displayName: "Pods only have allowed annotations of Istio",
  description:
    "In prod and staging, pods only have settings of Istio that are known to be harmless or judged by other " +
    "policies. These are annotations, settings in proxy.istio.io/config and ProxyConfigs, and settings of the " +
    "container istio-proxy.",
  severity: "high",
  framework: nist("CM-7(5)", "Least functionality: authorized software, allow by exception"),
  tags: ["istio", "security", "injection", "pod"],
  remediationSteps:
    "Remove the annotation, or add it to allowedAnnotations or allowedSettings after a review of its effect. Add the " +
    "registry of a mirror to istioHubs.",
  url: "https://istio.io/latest/docs/reference/config/annotations/",
  settings: {
    environment,
    istioHubs,
    allowedAnnotations: words(
      [],
      "Further annotations of Istio that pods may have, in addition to those in allowLists.ts. A * at the end matches any " +
        "suffix.",
    ),
    allowedSettings: words(
      [],
      "Further settings that the annotation proxy.istio.io/config and ProxyConfig objects may contain, such as " +
        "tracing.zipkin, in addition to those in allowLists.ts",
    ),
  },
  appliesTo: (type) =>
    isWorkload(type) ||
    isHelmRelease(type) ||
    isProxyConfig(type) ||
    isGatewayApiGateway(type) ||
    isConfigMap(type) ||
    isForeignKind(type),
  judge(resource, settings): Violation[] {
    if (environmentOf(settings.environment) === "dev") return [];
    if (isProxyConfig(resource.type)) {
      return resource.fields
        .at("spec")
        .children()
        .filter(({ key }) => key !== "selector" && !isAllowedSetting(key, settings))
        .map((field) => ({ field, ...messages.setting(field.key) }));
    }
    if (isConfigMap(resource.type)) {
      return [...judgeGatewayOptions(resource, settings), ...judgeGatewayService(resource)];
    }
    return [
      ...annotationsOf(resource)
        .filter(({ key }) => ISTIO.test(key))
        .flatMap((field) => judgeAnnotation(field, settings, isGateway(resource))),
      ...(isWorkload(resource.type) ? judgeContainers(podOf(resource), settings) : []),
    ];
  },
});

/** The settings of this policy that decide about a pod. */
interface PodSettings {
  readonly allowedAnnotations: readonly string[];
  readonly allowedSettings: readonly string[];
  readonly istioHubs: readonly string[];
}

/**
 * Judges the Deployment that a ConfigMap merges into that of a Gateway, by infrastructure.parametersRef or for a class.
 * https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#resource-attachment-and-scaling
 */
function judgeGatewayOptions({ fields }: KubernetesResource, settings: PodSettings): Violation[] {
  const field = fields.at("data", "deployment");
  const overlay = overlayOf(field);
  if (overlay === undefined) return [];
  const pod = Field.of(overlay, new Map()).at("spec", "template");
  const annotations = pod
    .at("metadata", "annotations")
    .children()
    .filter(({ key }) => ISTIO.test(key))
    .flatMap((one) => judgeAnnotation(one, settings, true));
  return [...annotations, ...judgeContainers(pod, settings)].map(({ field: place, problem, fix }) => ({
    field,
    problem: `contains ${place.path}, which ${problem}`,
    fix,
  }));
}

/** Judges the Service that such a ConfigMap merges into that of a Gateway. A manifest of another program has a kind. */
function judgeGatewayService({ fields }: KubernetesResource): Violation[] {
  const field = fields.at("data", "service");
  const overlay = overlayOf(field);
  if (overlay === undefined || "kind" in overlay) return [];
  const selector = Field.of(overlay, new Map()).at("spec", "selector");
  return selector.isSet ? [{ field, ...messages.selector() }] : [];
}

/** Judges containers with the names of Istio's own: injection keeps what they set. */
function judgeContainers(
  pod: Field,
  { istioHubs, allowedSettings }: Omit<PodSettings, "allowedAnnotations">,
): Violation[] {
  return proxyContainers(pod).flatMap((container): Violation[] => {
    const image = container.at("image");
    const text = typeof image.value === "string" ? image.value : "auto";
    const foreign = text !== "auto" && !isIstioImage(text, istioHubs);
    const name = asText(container.at("name").peek);
    const names = container
      .at("env")
      .children()
      .map((variable) => variable.at("name"));
    return [
      ...(foreign ? [{ field: image, ...messages.image(text) }] : []),
      ...programChanges(container).map((field) => ({ field, ...messages.program(name) })),
      ...names.flatMap((field) => {
        const variable = asText(field.value);
        const isAllowed = [...PROXY_VARIABLES, ...allowedSettings].some((pattern) =>
          matches(pattern, variable),
        );
        return field.value === UNKNOWN || isAllowed ? [] : [{ field, ...messages.setting(variable) }];
      }),
    ];
  });
}

/** The annotations that an object's pods have, also those of pods that a controller of another project creates. */
function annotationsOf(resource: KubernetesResource): Field[] {
  const { type, fields } = resource;
  if (isWorkload(type)) return podOf(resource).at("metadata", "annotations").children();
  if (isGatewayApiGateway(type)) {
    // Without annotations for its infrastructure, a Gateway's own are those of its pods.
    const own = fields.at("spec", "infrastructure", "annotations");
    return (own.isSet ? own : fields.at("metadata", "annotations")).children();
  }
  if (isForeignKind(type)) {
    return leaves(fields.at("spec")).filter(({ path }) => /annotations/i.test(path));
  }
  // Istio injects no proxy into its own control plane and agents.
  const chart = chartOf(resource) ?? "";
  if (chart !== "gateway" && ISTIO_CHARTS.includes(chart)) return [];
  // Values that a chart adds to pods. Services have annotations of networking.istio.io.
  return leaves(fields.at("values")).filter(
    ({ path, key }) => /annotations/i.test(path) && !key.startsWith("networking.istio.io/"),
  );
}

/** Whether the pods of an object are gateways, which have clients outside of the mesh. */
function isGateway(resource: KubernetesResource): boolean {
  const { type } = resource;
  if (isWorkload(type)) return isProxyOnly(podOf(resource));
  return isGatewayApiGateway(type) || isGatewayRelease(resource);
}

function judgeAnnotation(field: Field, settings: PodSettings, ofGateway: boolean): Violation[] {
  const { key } = field;
  const allowed = [...ANNOTATIONS, ...settings.allowedAnnotations];
  if (!allowed.some((pattern) => matches(pattern, key))) {
    return [{ field, ...messages.annotation(key) }];
  }
  const { value } = field;
  if (value === UNKNOWN) return [];
  if (key === IMAGE) {
    const image = asText(value);
    // The injector ignores a name without a slash.
    const known = !image.includes("/") || isIstioImage(image, settings.istioHubs);
    return known ? [] : [{ field, ...messages.image(image) }];
  }
  if (key !== PROXY_CONFIG) return [];
  const names = settingsOf(field);
  if (names === undefined) return [{ field, ...messages.notYaml() }];
  const { forwardClientCertDetails, topology, tracing } = proxyConfigOf(field);
  const forwards = isForwarding(forwardClientCertDetails);
  const allowsTopology = ofGateway || settings.allowedSettings.includes("gatewayTopology");
  const others = forwards ? [] : topology.filter((name) => !/^forward_?client_?cert_?details$/i.test(name));
  return [
    ...names
      .filter((name) => !isAllowedSetting(name, settings))
      .map((name) => ({ field, ...messages.setting(name) })),
    ...tracing
      .filter((name) => !TRACING_SETTINGS.includes(name))
      .map((name) => `tracing.${name}`)
      .filter((name) => !settings.allowedSettings.includes(name))
      .map((name) => ({ field, ...messages.setting(name) })),
    ...(allowsTopology ? [] : others.map((name) => ({ field, ...messages.topology(name) }))),
    ...(forwards ? [{ field, ...messages.forwarding() }] : []),
  ];
}

function isAllowedSetting(
  name: string,
  { allowedSettings }: { readonly allowedSettings: readonly string[] },
): boolean {
  return PROXY_SETTINGS.includes(name) || allowedSettings.includes(name);
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
