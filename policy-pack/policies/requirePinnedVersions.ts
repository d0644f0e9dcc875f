import { facts } from "../facts";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { chartOf, chartValue, ISTIO_CHARTS } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";
import { containersOf, isWorkload, podOf, proxyImageOf } from "../reading/workload";
import { asText } from "../reading/value";

const EXACT = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/;
const EXAMPLE = facts.istio.version;
const FLOATING = /^(latest|main|master|stable|edge|nightly|dev)$/;

/** The keys for an image's tag in the values of other charts than Istio's. */
const IMAGE_TAG = /image\.tag$|image_?(tag|version)$/i;

/** The texts of this policy's violations. */
export const messages = {
  noVersion: (): Message => ({
    problem: "is not set, so each run installs the newest chart",
    fix: SET_VERSION,
  }),
  notExact: (): Message => ({ problem: "is not an exact version", fix: SET_VERSION }),
  movingTag: (tag: string): Message => ({
    problem: `is ${tag}, a tag that moves`,
    fix: `Set it to a version, such as ${EXAMPLE}`,
  }),
  noTag: (image: string): Message => ({
    problem: `is ${image}, without a tag, which means latest`,
    fix: PIN_IMAGE,
  }),
  movingImage: (image: string): Message => ({
    problem: `is ${image}, whose tag moves`,
    fix: PIN_IMAGE,
  }),
};

const SET_VERSION = `Set it to an exact version, such as ${EXAMPLE}`;
const PIN_IMAGE = "Add the tag of a version, or a digest: image@sha256:…";

/**
 * Without pinned versions, the same program can install another version later, without a reviewed change.
 * https://helm.sh/docs/chart_best_practices/dependencies/#versions
 */
export const requirePinnedVersions = resourcePolicy({
  name: "require-pinned-versions",
  displayName: "Charts and images are pinned",
  description: "Helm releases have an exact version, and images a tag that does not move, or a digest.",
  severity: "medium",
  framework: nist("CM-2", "Baseline configuration"),
  tags: ["istio", "versions"],
  remediationSteps: `Set version of the release, for example to ${EXAMPLE}. Add the tag of a version or a digest to images: image@sha256:….`,
  url: "https://helm.sh/docs/chart_best_practices/dependencies/#versions",
  judgesNodeAgents: true,
  settings: {},
  appliesTo: (type) => isHelmRelease(type) || isWorkload(type),
  judge: (resource) => (isHelmRelease(resource.type) ? judgeRelease(resource) : judgeImages(resource)),
});

function judgeRelease(release: KubernetesResource): Violation[] {
  const { fields } = release;
  const version = fields.at("version");
  const tags = ISTIO_CHARTS.includes(chartOf(release) ?? "")
    ? [chartValue(release, "global", "tag"), chartValue(release, "tag")]
    : leaves(fields.at("values")).filter(({ path }) => IMAGE_TAG.test(path));
  return [...judgeVersion(version, fields.at("chart").value), ...tags.flatMap(judgeTag)];
}

function judgeVersion(field: Field, chart: unknown): Violation[] {
  const value = field.value;
  if (value === UNKNOWN || chart === UNKNOWN) return [];
  if (value === undefined) {
    // A local chart, an archive and a digest each identify one version.
    const pinned = /^\.{0,2}\/|\.tgz$|@sha256:/.test(asText(chart));
    return pinned ? [] : [{ field, ...messages.noVersion() }];
  }
  return typeof value === "string" && EXACT.test(value) ? [] : [{ field, ...messages.notExact() }];
}

function judgeTag(field: Field): Violation[] {
  const value = field.value;
  if (typeof value !== "string" || !FLOATING.test(value)) return [];
  return [{ field, ...messages.movingTag(value) }];
}

function judgeImages(workload: KubernetesResource): Violation[] {
  const pod = podOf(workload);
  const images = containersOf(pod).map((container) => container.at("image"));
  return [...images, ...proxyImageOf(pod)].flatMap(judgeImage);
}

function judgeImage(field: Field): Violation[] {
  const image = field.value;
  // The injector replaces auto with its own image.
  if (typeof image !== "string" || image === "auto" || image.includes("@sha256:")) return [];
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  if (tag === undefined) return [{ field, ...messages.noTag(image) }];
  return FLOATING.test(tag) ? [{ field, ...messages.movingImage(image) }] : [];
}
