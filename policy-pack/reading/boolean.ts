import { UNKNOWN } from "./field";
import { isEmpty } from "./verdict";
import { asText } from "./value";

/** The values that Istio reads as true in an annotation. https://pkg.go.dev/strconv#ParseBool */
export const TRUE = /^(1|t|T|true|TRUE|True)$/;

/** Whether Istio reads an annotation as true. */
export function isTrue(value: unknown): boolean {
  return TRUE.test(asText(value));
}

/** Whether a chart reads a value that is set as false. https://helm.sh/docs/chart_template_guide/control_structures/#ifelse */
export function isOff(value: unknown): boolean {
  return value === false || value === 0 || value === "";
}

/** Whether a chart reads a value as true. A text is true, even "false". An empty list or map is not, nor an unknown value. */
export function isOn(value: unknown): boolean {
  if (value === UNKNOWN || isOff(value)) return false;
  return typeof value === "object" ? !isEmpty(value) : value !== undefined;
}
