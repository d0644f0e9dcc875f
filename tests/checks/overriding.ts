import { checkMesh, renderMesh } from "../../mesh";

export const http = { port: 8080, protocol: "http" };

/** A catalog in which `web` calls `api`. */
export const base = {
  name: "shop",
  services: {
    web: { ports: { http }, calls: { api: { port: "http", methods: ["GET"], paths: ["/api/*"] } } },
    api: {
      ports: { http, admin: { port: 9090, protocol: "http" } },
      workload: { image: "registry.example.com/api:1" },
    },
  },
};

/** What is found in a mesh with overrides: code, the override, and message. */
export function found(overrides: object, more: object = {}): string[] {
  return checkMesh({ ...base, ...more, overrides }).findings.map(
    ({ code, path, message }) => `${code} ${path.replace("overrides.", "")}: ${message}`,
  );
}

/** An HTTP route that a catalog renders. */
export interface Http {
  readonly route: readonly { readonly destination: object; readonly weight?: number }[];
  readonly match?: readonly object[];
  readonly headers?: object;
}

/** An override of the HTTP routes that a catalog renders for a VirtualService. */
export function rerouting(more: object, name: string, change: (routes: readonly Http[]) => object[]): object {
  const { mesh, findings } = checkMesh({ ...base, ...more });
  if (!mesh) throw new Error(JSON.stringify(findings));
  const { spec } = renderMesh(mesh).find(
    ({ kind, metadata }) =>
      kind === "VirtualService" && `${metadata.namespace ?? ""}/${metadata.name}` === name,
  ) as unknown as { spec: { http: Http[] } };
  return { VirtualService: { [name]: { spec: { http: change(spec.http) } } } };
}
