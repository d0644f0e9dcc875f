import { checkMesh } from "../../mesh";

/** The findings of one check in a catalog, each as its path and message. */
export function foundBy(code: string, catalog: unknown): string[] {
  return checkMesh(catalog)
    .findings.filter((one) => one.code === code)
    .map(({ path, message }) => `${path}: ${message}`);
}
