import { formatPath, type MeshDefinition } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const floating = /^(latest|main|master|stable|edge|nightly|dev)$/;
const running = (image: string): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image } } },
});

export const text = (image: string): Text => ({
  message: messageOf(image),
  fix: "use the tag of a version, or a digest",
});

function messageOf(image: string): string {
  if (image === "auto") return "the image auto is replaced by the injector only in Istio's gateways";
  const tag = tagOf(image);
  const what = tag === undefined ? "no tag, which means latest" : `the tag ${tag}, which can move`;
  return `${image} has ${what}: each new pod may run another image`;
}

function tagOf(image: string): string | undefined {
  return /:([^/:]+)$/.exec(image)?.[1];
}

export const imagePinned: DefinitionRule = {
  code: "MW904",
  severity: "warning",
  title: "An image has a fixed tag or a digest",
  why: [
    "A tag such as `latest` can be moved to another image at any time.",
    "Pods of one Deployment then run different code, and a rollback starts the same image again.",
  ],
  see: pages.kubernetesImages,
  suppress: "the environment is for development, and its images are replaced on purpose.",
  stage: "definition",
  examples: { wrong: running("web:latest"), right: running("web:1.4.0") },
  *check(definition) {
    for (const { image, path } of images(definition)) {
      if (image.includes("@sha256:")) continue;
      const tag = tagOf(image);
      if (tag !== undefined && !floating.test(tag)) continue;
      yield {
        path: formatPath([...path, "image"]),
        ...text(image),
      };
    }
  },
};

function* images({
  services,
}: MeshDefinition): Iterable<{ readonly image: string; readonly path: string[] }> {
  for (const [name, { workload, versions = {} }] of Object.entries(services)) {
    if (workload) yield { image: workload.image, path: ["services", name, "workload"] };
    for (const [version, { image }] of Object.entries(versions)) {
      if (image !== undefined) yield { image, path: ["services", name, "versions", version] };
    }
  }
}
