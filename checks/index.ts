export { checkMesh, type CheckedMesh, type CheckResult } from "./checkMesh";
export { compareFindings, type Finding, findingText, type Severity } from "./finding";
export { rules } from "./registry";
export type { Rule } from "./rule";
