export { specMisfits } from "./rules/overrideFits";
export { checkCatalog, type CheckedMesh, type CheckResult } from "./checkCatalog";
export { compareFindings, type Finding, findingText, type Severity } from "./finding";
export { refusals } from "./refusals";
export { rules, topics } from "./registry";
export type { Rendered, Rule } from "./rule";
export { gatewayServices, gatewayWorkloads, modelOf } from "./meshModel";
