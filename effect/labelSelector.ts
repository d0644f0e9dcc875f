import { type Fields, fieldsAt, listAt, textAt, textsAt, textsByName } from "./field";
import { selects } from "./object";

/**
 * Whether a label selector of Kubernetes selects labels. An empty one selects all, and an unknown operator none.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
 */
export function isSelected(selector: Fields, labels: Readonly<Record<string, string>>): boolean {
  return (
    selects(textsByName(selector, "matchLabels"), labels) &&
    listAt(selector, "matchExpressions").every((one) => {
      const value = labels[textAt(one, "key") ?? ""];
      const values = textsAt(one, "values");
      switch (textAt(one, "operator")) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}

/** The keys of the labels that a selector reads. */
export function keysOf(selector: Fields): string[] {
  return [
    ...Object.keys(fieldsAt(selector, "matchLabels")),
    ...listAt(selector, "matchExpressions").flatMap((one) => textAt(one, "key") ?? []),
  ];
}
