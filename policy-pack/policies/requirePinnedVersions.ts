import { facts } from "../facts";
import { nist, resourcePolicy, type Violation } from "../policy";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { chartOf, chartValue, ISTIO_CHARTS } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";
import { containersOf, isWorkload, podOf, proxyImageOf } from "../reading/workload";

const EXACT = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/;
const EXAMPLE = facts.istio.version;
const FLOATING = /^(latest|main|master|stable|edge|nightly|dev)$/;

/** Where charts other than Istio's have the tag of an image. */
const IMAGE_TAG = /image\.tag$|image_?(tag|version)$/i;

/**
 * What is not pinned changes by itself: the same program gives another mesh tomorrow, and no review saw the change.
 * https://helm.sh/docs/chart_best_practices/dependencies/#versions
 */
export const requirePinnedVersions = resourcePolicy({
  name: "require-pinned-versions",
  displayName: "Charts and images are pinned",
  description: "Helm releases name an exact version, and containers a tag that does not move, or a digest.",
  severity: "medium",
  framework: nist("CM-2", "Baseline configuration"),
  tags: ["istio", "versions"],
  remediationSteps: `Set version of the release to one such as ${EXAMPLE}. Give images a version's tag, or a digest: image@sha256:….`,
  url: "https://helm.sh/docs/chart_best_practices/dependencies/#versions",
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
  const cure = `Set it to an exact version, such as ${EXAMPLE}`;
  if (value === undefined) {
    // A chart in the program's own folder, or an archive or digest, is what it is.
    if (/^\.{0,2}\/|\.tgz$|@sha256:/.test(String(chart))) return [];
    return [{ field, problem: "is not set, so each run installs the newest chart", cure }];
  }
  return typeof value === "string" && EXACT.test(value)
    ? []
    : [{ field, problem: "is not an exact version", cure }];
}

function judgeTag(field: Field): Violation[] {
  const value = field.value;
  if (typeof value !== "string" || !FLOATING.test(value)) return [];
  return [{ field, problem: `is ${value}, which moves`, cure: `Set it to a version, such as ${EXAMPLE}` }];
}

function judgeImages(workload: KubernetesResource): Violation[] {
  const pod = podOf(workload);
  const images = containersOf(pod).map((container) => container.at("image"));
  return [...images, ...proxyImageOf(pod)].flatMap(judgeImage);
}

function judgeImage(field: Field): Violation[] {
  const image = field.value;
  // The injector puts its own image in the place of auto.
  if (typeof image !== "string" || image === "auto" || image.includes("@sha256:")) return [];
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  const cure = "Give it a version's tag, or a digest: image@sha256:…";
  if (tag === undefined) return [{ field, problem: `is ${image}, without a tag, which is latest`, cure }];
  return FLOATING.test(tag) ? [{ field, problem: `is ${image}, whose tag moves`, cure }] : [];
}
