/** Whether Istio takes an annotation for true. https://pkg.go.dev/strconv#ParseBool */
export function isTrue(value: unknown): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(String(value));
}
