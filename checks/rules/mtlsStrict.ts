import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

export const text = (service: string, port?: string): Text => ({
  message: `${port === undefined ? "every port" : `the port "${port}"`} of "${service}" accepts plaintext, whose sender has no identity: only the AuthorizationPolicy can still deny it`,
  fix: "set it to STRICT, or suppress this with the reason and the date until which it must stay",
});

export const mtlsStrict: MeshRule = {
  code: "MW303",
  severity: "warning",
  title: "Every service accepts mutual TLS only",
  why: [
    "In PERMISSIVE mode a port accepts plaintext, whose sender has no identity and is not encrypted.",
    "Rules that match principals never match plaintext, but any rule without a source admits it.",
  ],
  see: pages.mutualTlsMigration,
  suppress: "clients without a sidecar still call the port; name the date by which they have one.",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { mtls: { ports: { http: "PERMISSIVE" } } }),
    right: webAndApi({}, { mtls: { ports: { http: "STRICT" } } }),
  },
  *check({ services }) {
    for (const { name, mtls } of services) {
      if (!mtls) continue;
      const places = [
        { mode: mtls.mode, path: ["mode"], port: undefined },
        ...mtls.ports.map(({ name: port, mode }) => ({ mode, path: ["ports", port], port })),
      ];
      for (const { mode, path, port } of places) {
        if (mode === "STRICT") continue;
        yield {
          path: formatPath(["services", name, "mtls", ...path]),
          ...text(name, port),
        };
      }
    }
  },
};
