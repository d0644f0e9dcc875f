import type { StackViolation } from "../policy";
import { Field, leaves } from "../reading/field";
import { overlayOf, PROXY_CONFIG } from "../reading/proxyConfig";
import { isIstiod, istiodValue } from "../reading/release";
import { isTelemetry, type KubernetesResource } from "../reading/resource";
import { isWorkload, podOf } from "../reading/workload";
import type { JudgeEffect } from "./judged";

/** The texts about traces and metrics. */
export const messages = {
  credentials: (title: string, path: string, header: string) =>
    `${title}: ${path} contains the header ${header}, so traces or metrics contain the credentials of users. Remove it.`,
};

/** Headers with credentials. */
const CREDENTIALS = /\b(proxy-authorization|authorization|set-cookie|cookie)\b/i;

/** The places that copy a header: tags of traces by its name or a format, and labels of metrics by an expression. */
const COPIES = /(\.header\.name|\.formatter|\.tag_?[oO]verrides\b.*\.value)$/;

/** Judges headers with credentials in traces and metrics. */
export const judgeRecords: JudgeEffect = function* ({ stack }): Iterable<StackViolation> {
  for (const resource of stack) {
    for (const { field, tags } of recordedBy(resource)) {
      const copies = leaves(tags).filter(({ path, peek }) => COPIES.test(path) && typeof peek === "string");
      for (const copy of copies) {
        const [, header] = CREDENTIALS.exec(copy.peek as string) ?? [];
        if (header === undefined) continue;
        yield {
          subject: resource,
          message: messages.credentials(resource.title, (field ?? copy).path, header),
        };
      }
    }
  }
};

/** What an object adds to traces and metrics. An annotation is a text, so messages name the annotation. */
function recordedBy(resource: KubernetesResource): { readonly tags: Field; readonly field?: Field }[] {
  const { type, fields } = resource;
  if (isTelemetry(type)) return ["tracing", "metrics"].map((key) => ({ tags: fields.at("spec", key) }));
  if (isIstiod(resource)) return [{ tags: istiodValue(resource, "meshConfig", "defaultConfig", "tracing") }];
  if (!isWorkload(type)) return [];
  const field = podOf(resource).at("metadata", "annotations", PROXY_CONFIG);
  const config = overlayOf(field);
  return config === undefined ? [] : [{ field, tags: Field.of(config, new Map()).at("tracing") }];
}
