import type { Change } from "./changes";
import { linesOf, summaryOf } from "./report";

/** The most changes that a preview shows. */
const most = 20;

/**
 * What a preview says about changes.
 *
 * @param stack undefined: that of the sandbox.
 */
export function previewText(changes: readonly Change[], stack: string | undefined): string {
  if (changes.length === 0) {
    return "No request is decided, routed or secured in another way than by the last deployment.";
  }
  const rest = changes.length - most;
  return [
    `What this changes for requests, compared with the last deployment: ${summaryOf(changes)}`,
    ...linesOf(changes.slice(0, most)).map((line) => `  ${line}`),
    ...(rest > 0
      ? [`  and ${rest} more: meshwright diff --deployed${stack === undefined ? "" : ` --stack ${stack}`}`]
      : []),
  ].join("\n");
}
