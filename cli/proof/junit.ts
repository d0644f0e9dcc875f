import { type LocatedProof, overrideText } from "./places";

/**
 * Proofs as JUnit XML, which CI systems show as tests: a refuted claim is a failure, and one that is not provable here is
 * skipped.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function junit(name: string, proofs: readonly LocatedProof[], seconds: number): string {
  const of = (verdict: LocatedProof["verdict"]): number =>
    proofs.filter((one) => one.verdict === verdict).length;
  const counts = `tests="${proofs.length}" failures="${of("refuted")}" skipped="${of("not provable here")}" errors="0"`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="meshwright prove" ${counts} time="${seconds}">`,
    `<testsuite name="${escaped(name)}" ${counts} time="${seconds}">`,
    ...proofs.map(testCase),
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase({
  path,
  claim,
  verdict,
  milliseconds = 0,
  counterexample,
  reason = "",
  place,
}: LocatedProof): string {
  const head = `<testcase classname="${escaped(path)}" name="${escaped(claim)}" time="${milliseconds / 1000}"`;
  if (verdict === "proven") return `${head}/>`;
  if (counterexample === undefined) return `${head}><skipped message="${escaped(reason)}"/></testcase>`;
  const { request, expected, seen } = counterexample;
  const text = [
    `catalog: ${path}${place?.catalog === undefined ? "" : ` (${place.catalog})`}`,
    ...(place?.override ? [`override: ${overrideText(place.override)}`] : []),
    `request: ${request}`,
    `expected: ${expected}`,
    `seen: ${seen}`,
  ].join("\n");
  return `${head}><failure message="${escaped(`expected ${expected}, seen ${seen}`)}">${escaped(text)}</failure></testcase>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for XML. Characters that XML does not have are left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, "")
    .replace(/[&<>"]/g, (one) => entities[one] ?? one);
}
