import { isHttp, type Mesh, type Service } from "../../catalog";
import type { Question } from "../question";

/** Every port of every service, in plaintext from a pod without a proxy: STRICT refuses it, PERMISSIVE denies it. */
export function mutualTlsQuestions(mesh: Mesh): Question[] {
  return mesh.services.flatMap((service) =>
    service.ports.flatMap((port) => {
      const mode = modeOf(service, port.name);
      const common = {
        path: service.mtls === undefined ? `${service.path}.ports.${port.name}` : `${service.path}.mtls`,
        claim: `${service.name}:${port.name} ${mode === "STRICT" ? "refuses" : "denies"} plaintext`,
        caller: { kind: "unmeshed" },
        requestPath: "/",
        scheme: isHttp(port.protocol) ? "http" : "tcp",
        request: {},
        expect: mode === "STRICT" ? "refused" : "denied",
      } as const;
      return [
        { ...common, target: { kind: "pods", service: service.name, port: port.targetPort } },
        { ...common, target: { kind: "host", host: service.host, port: port.port } },
      ] satisfies Question[];
    }),
  );
}

function modeOf({ mtls }: Service, port: string): "STRICT" | "PERMISSIVE" {
  return mtls?.ports.find(({ name }) => name === port)?.mode ?? mtls?.mode ?? "STRICT";
}
