import { UNKNOWN } from "./field";
import { isEmpty } from "./verdict";

/** What Istio takes for true in an annotation. https://pkg.go.dev/strconv#ParseBool */
export const TRUE = /^(1|t|T|true|TRUE|True)$/;

/** Whether Istio takes an annotation for true. */
export function isTrue(value: unknown): boolean {
  return TRUE.test(String(value));
}

/** Whether a chart takes a value that is set for false. https://helm.sh/docs/chart_template_guide/control_structures/#ifelse */
export function isOff(value: unknown): boolean {
  return value === false || value === 0 || value === "";
}

/** Whether a chart takes a value for true: a text is, even "false"; an empty list or map, and what is unknown, are not. */
export function isOn(value: unknown): boolean {
  if (value === UNKNOWN || isOff(value)) return false;
  return typeof value === "object" ? !isEmpty(value) : value !== undefined;
}
