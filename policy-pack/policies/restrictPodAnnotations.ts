import { ANNOTATIONS, PROXY_SETTINGS, PROXY_VARIABLES } from "../allowLists";
import { words } from "../configuration";
import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { consolesOf } from "../reading/console";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { isForwarding, PROXY_CONFIG, proxyConfigOf, settingsOf } from "../reading/proxyConfig";
import { isGatewayRelease } from "../reading/release";
import { isHelmRelease, isProxyConfig } from "../reading/resource";
import { containersOf, isIstioImage, isWorkload, istioHubs, podOf } from "../reading/workload";
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
  command: (): Message => ({ problem: "replaces the program of the proxy", fix: "Remove it" }),
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
    "In prod and staging, pods only have annotations of Istio, settings in proxy.istio.io/config and ProxyConfigs, and settings " +
    "of the container istio-proxy that are known to be harmless or judged by other policies.",
  severity: "high",
  framework: nist("CM-7(5)", "Least functionality: authorized software, allow by exception"),
  tags: ["istio", "security", "injection", "pod"],
  remediationSteps:
    "Remove the annotation, or add it to allowedAnnotations or allowedSettings after a review of its effect. Add the registry " +
    "of a mirror to istioHubs.",
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
      "Further settings that the annotation proxy.istio.io/config and ProxyConfig objects may contain, in addition to those in " +
        "allowLists.ts",
    ),
  },
  appliesTo: (type) => isWorkload(type) || isHelmRelease(type) || isProxyConfig(type),
  judge(resource, settings): Violation[] {
    if (environmentOf(settings.environment) === "dev") return [];
    if (isProxyConfig(resource.type)) {
      return resource.fields
        .at("spec")
        .children()
        .filter(({ key }) => key !== "selector" && !isAllowedSetting(key, settings))
        .map((field) => ({ field, ...messages.setting(field.key) }));
    }
    const annotations = isWorkload(resource.type)
      ? podOf(resource).at("metadata", "annotations").children()
      : chartAnnotations(resource);
    return [
      ...annotations
        .filter(({ key }) => ISTIO.test(key))
        .flatMap((field) => judgeAnnotation(field, settings)),
      ...(isWorkload(resource.type) ? judgeContainers(podOf(resource), settings) : []),
    ];
  },
});

/** Judges containers with the name of the proxy: injection keeps what they set. */
function judgeContainers(
  pod: Field,
  {
    istioHubs,
    allowedSettings,
  }: { readonly istioHubs: readonly string[]; readonly allowedSettings: readonly string[] },
): Violation[] {
  return containersOf(pod)
    .filter((container) => asText(container.at("name").peek) === "istio-proxy")
    .flatMap((container): Violation[] => {
      const [image, command] = [container.at("image"), container.at("command")];
      const text = typeof image.value === "string" ? image.value : "auto";
      const foreign = text !== "auto" && !isIstioImage(text, istioHubs);
      const names = container
        .at("env")
        .children()
        .map((variable) => variable.at("name"));
      return [
        ...(foreign ? [{ field: image, ...messages.image(text) }] : []),
        ...(command.isSet ? [{ field: command, ...messages.command() }] : []),
        ...names.flatMap((field) => {
          const name = asText(field.value);
          const isAllowed = [...PROXY_VARIABLES, ...allowedSettings].some((pattern) =>
            matches(pattern, name),
          );
          return field.value === UNKNOWN || isAllowed ? [] : [{ field, ...messages.setting(name) }];
        }),
      ];
    });
}

/** The annotations in the values of a gateway or console, which its chart adds to pods. */
function chartAnnotations(release: Parameters<typeof isGatewayRelease>[0]): Field[] {
  if (!isGatewayRelease(release) && consolesOf(release).length === 0) return [];
  const places = leaves(release.fields.at("values"));
  return places.filter(({ path }) => /annotations/i.test(path));
}

function judgeAnnotation(
  field: Field,
  settings: {
    readonly allowedAnnotations: readonly string[];
    readonly allowedSettings: readonly string[];
    readonly istioHubs: readonly string[];
  },
): Violation[] {
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
  const forwards = isForwarding(proxyConfigOf(field).forwardClientCertDetails);
  return [
    ...names
      .filter((name) => !isAllowedSetting(name, settings))
      .map((name) => ({ field, ...messages.setting(name) })),
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
