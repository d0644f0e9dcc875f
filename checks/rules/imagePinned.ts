import { formatPath, type MeshDefinition } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const floating = /^(latest|main|master|stable|edge|nightly|dev)$/;
const running = (image: string): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image } } },
});

export const imagePinned: DefinitionRule = {
  code: "MW904",
  severity: "warning",
  title: "An image is pinned by a tag that doesn't move, or by its digest",
  stage: "definition",
  examples: { wrong: running("web:latest"), right: running("web:1.4.0") },
  *check(definition) {
    for (const { image, path } of images(definition)) {
      if (image.includes("@sha256:")) continue;
      const tag = /:([^/:]+)$/.exec(image)?.[1];
      if (tag !== undefined && !floating.test(tag)) continue;
      yield {
        path: formatPath([...path, "image"]),
        message:
          image === "auto"
            ? "only Istio's gateways have the image auto: the injector puts the proxy in its place"
            : `${image} has ${tag === undefined ? "no tag, which means latest" : `the tag ${tag}, which moves`}: each new pod may run something else`,
        fix: "give it the tag of a version, or a digest",
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
