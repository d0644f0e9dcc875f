import { formatPath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

export const mtlsStrict: MeshRule = {
  code: "MW303",
  severity: "warning",
  title: "Every service accepts mutual TLS only",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { mtls: { ports: { http: "PERMISSIVE" } } }),
    right: webAndApi({}, { mtls: { ports: { http: "STRICT" } } }),
  },
  *check({ services }) {
    for (const { name, mtls } of services) {
      if (!mtls) continue;
      const places = [
        { mode: mtls.mode, path: ["mode"], what: "every port" },
        ...mtls.ports.map((port) => ({
          ...port,
          path: ["ports", port.name],
          what: `the port "${port.name}"`,
        })),
      ];
      for (const { mode, path, what } of places) {
        if (mode === "STRICT") continue;
        yield {
          path: formatPath(["services", name, "mtls", ...path]),
          message: `${what} of "${name}" accepts plain text, whose senders have no identity: only the AuthorizationPolicy refuses them then`,
          fix: "set it to STRICT, or suppress this with the reason and the date until when it must stay",
        };
      }
    }
  },
};
