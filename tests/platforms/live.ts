import type { Manifest } from "../../mesh";
import type { Harness } from "../sandbox/harness";

/** An object as the API server has it. */
export interface Live {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp: string;
  };
}

/** Reads from the sandbox in `state` the object that was rendered as `object`. */
export async function readLive(
  h: Harness,
  state: string,
  { apiVersion, kind, metadata: { name, namespace } }: Manifest,
): Promise<Live> {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : [];
  const resource = [kind, version, group].filter((part) => part !== undefined).join(".");
  const place = namespace === undefined ? [] : ["--namespace", namespace];
  return JSON.parse(await h.kubectl(state, ["get", resource, name, ...place, "-o", "json"])) as Live;
}
