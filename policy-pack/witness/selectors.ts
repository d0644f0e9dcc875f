import { UNKNOWN } from "../reading/field";
import { isAuthorizationPolicy, isPeerAuthentication, isRequestAuthentication } from "../reading/resource";
import { matchLabels } from "../reading/selector";
import type { JudgeEffect } from "./judged";
import { isNear } from "./typo";

/** The texts about selectors. */
export const messages = {
  nothing: (title: string, path: string, label: string, value: string, similar: string) =>
    `${title}: ${path} is "${value}", and no workload of the namespace has ${label}=${value}, so the object applies to ` +
    `nothing. Did you mean ${similar}?`,
};

/** Judges selectors of security objects that select nothing because of a typing error. */
export const judgeSelectors: JudgeEffect = function* ({ stack, model }) {
  for (const resource of stack) {
    if (
      ![isAuthorizationPolicy, isPeerAuthentication, isRequestAuthentication].some((is) => is(resource.type))
    )
      continue;
    const own = model.workloads.filter(({ namespace }) => namespace === (resource.namespace ?? "default"));
    const labels = matchLabels(resource);
    for (const field of labels.children()) {
      const value = field.peek;
      if (typeof value !== "string" || labels.peek === UNKNOWN) continue;
      if (own.some((workload) => workload.labels[field.key] === value)) continue;
      const similar = own
        .flatMap((workload) => Object.entries(workload.labels))
        .find(
          ([label, other]) =>
            (label === field.key && isNear(value, other)) || (other === value && isNear(field.key, label)),
        );
      if (similar === undefined) continue;
      const text = messages.nothing(resource.title, field.path, field.key, value, similar.join("="));
      yield { subject: resource, message: text };
    }
  }
};
