import { parseAllDocuments } from "yaml";

/** What identifies an object of a manifest, and its text. */
export interface Listed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** Parses the object. */
  readonly parsed: () => unknown;
}

/**
 * The objects of a manifest that Helm has rendered. Of the usual block style only the lines that identify an object are
 * read. Charts with CRDs have megabytes, so parsing them would take most of the time of a command.
 */
export function listedIn(manifest: string): Listed[] {
  return manifest.split(/^---(?:[ \t].*)?$/m).flatMap((text) => {
    const parsed = (): unknown => parseAllDocuments(text)[0]?.toJS() as unknown;
    const listed = headerOf(text) ?? identityOf(parsed());
    return listed === undefined ? [] : [{ ...listed, parsed }];
  });
}

type Identity = Omit<Listed, "parsed">;

/** Undefined for a text in another style. */
function headerOf(text: string): Identity | undefined {
  const [, apiVersion] = /^apiVersion: *([\w./-]+) *$/m.exec(text) ?? [];
  const [, kind] = /^kind: *(\w+) *$/m.exec(text) ?? [];
  const [, metadata = ""] = /^metadata: *\n((?: +.*\n| *\n)+)/m.exec(text) ?? [];
  const [indent = ""] = /^ +/.exec(metadata) ?? [];
  const fieldOf = (field: string): string | undefined =>
    new RegExp(`^${indent}${field}: *(["']?)([\\w.:-]+)\\1 *$`, "m").exec(metadata)?.[2];
  const name = fieldOf("name");
  const namespace = fieldOf("namespace");
  if (apiVersion === undefined || kind === undefined || name === undefined || indent === "") return undefined;
  if (namespace === undefined && new RegExp(`^${indent}["']?namespace`, "m").test(metadata)) return undefined;
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}

function identityOf(document: unknown): Identity | undefined {
  const { apiVersion, kind, metadata } = (document ?? {}) as {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly metadata?: { readonly name?: string; readonly namespace?: string };
  };
  const { name, namespace } = metadata ?? {};
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined;
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}
