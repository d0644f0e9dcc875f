import type { Field } from "./field";

/** The field with a pod's service account, if it is known and not the namespace's default. */
export function accountOf(pod: Field): Field | undefined {
  const fields = ["serviceAccountName", "serviceAccount"].map((key) => pod.at("spec", key));
  const field = fields.find(({ isSet }) => isSet);
  return typeof field?.peek === "string" && !["", "default"].includes(field.peek) ? field : undefined;
}
