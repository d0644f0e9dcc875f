import { checkMesh } from "../../mesh";

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
