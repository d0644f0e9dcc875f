import { subjectOf } from "../../cli/proof/subject";
import type { Proof, ProofSubject } from "../../prove";

const workload = { image: "example.com/app:1", replicas: 1 };

/** A catalog with direct responses of a gateway, and a database whose protocol proxies read. */
export function deskWith(changed: object): ProofSubject {
  const catalog = {
    name: "desk",
    environment: "dev",
    services: {
      desk: { ports: { http: { port: 8080, protocol: "http" } }, workload, calls: { records: {} } },
      records: { ports: { mongo: { port: 27017, protocol: "mongo" } }, workload },
    },
    gateways: {
      edge: {
        hosts: {
          "desk.example.com": {
            tls: { credentialName: "desk" },
            routes: [{ prefix: "/", service: "desk" }],
            directResponses: [
              { prefix: "/closed", status: 503, body: { bytes: "Y2xvc2Vk" } },
              { match: { uri: { exact: "/robots.txt" } }, status: 200, body: { string: "User-agent: *" } },
            ],
          },
        },
      },
    },
  };
  const { objects, ...rest } = subjectOf({ name: "desk", catalog });
  const text = JSON.stringify(objects);
  const [[from, to] = ["", ""]] = Object.entries(changed) as [string, string][];
  if (!text.includes(from)) throw new Error(`no object has ${from}`);
  return { ...rest, objects: JSON.parse(text.replace(from, to)) as typeof objects };
}

/** Changes of the objects by which the gateway answers something else to `/closed`. */
export const otherAnswers = [{ '"status":503': '"status":500' }, { Y2xvc2Vk: "b3Blbg==" }];

export function provenClaims(proofs: readonly Proof[]): string[] {
  return proofs.filter(({ verdict }) => verdict === "proven").map(({ claim }) => claim);
}
