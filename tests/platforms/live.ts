import { expect } from "chai";
import type { Manifest } from "../../mesh";
import type { Harness } from "../sandbox/harness";

/** An object as the API server has it. */
export interface Live {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp?: string;
  };
}

/**
 * Reads from the sandbox in `state` what objects were rendered to, with one run of kubectl.
 *
 * @returns the live objects, in the order of `objects`. kubectl fails if one is missing.
 */
export async function readLive(h: Harness, state: string, objects: readonly Manifest[]): Promise<Live[]> {
  const list = { apiVersion: "v1", kind: "List", items: objects };
  const text = await h.kubectl(state, ["get", "-f", "-", "-o", "json"], JSON.stringify(list));
  const answer = JSON.parse(text) as Live & { readonly items?: readonly Live[] };
  const live = new Map((answer.items ?? [answer]).map((one) => [nameOf(one), one]));
  return objects.map((object) => {
    const found = live.get(nameOf(object));
    if (found === undefined) throw new Error(`${nameOf(object)} was not read`);
    return found;
  });
}

/** Expects each object to be on the sandbox in `state` as it was rendered. The API server adds defaults and status. */
export async function expectLive(h: Harness, state: string, objects: readonly Manifest[]): Promise<void> {
  const live = await readLive(h, state, objects);
  for (const [i, object] of objects.entries()) {
    expect(live[i], nameOf(object)).to.containSubset(JSON.parse(JSON.stringify(object)));
  }
}

function nameOf({ apiVersion, kind, metadata }: Pick<Live, "apiVersion" | "kind" | "metadata">): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}
