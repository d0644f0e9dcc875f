import type { Edge, Service } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { withHosts } from "./example";

const chain = (forwardOriginalToken: boolean): object => ({
  ...withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      routes: [{ prefix: "/", service: "web", methods: ["GET"], endUser: {} }],
    },
  }),
  services: {
    web: { ports: { http: { port: 8080, protocol: "http" } }, calls: { api: { endUser: {} } } },
    api: { ports: { http: { port: 8080, protocol: "http" } } },
  },
  jwtRules: [{ issuer: "https://auth.example.com", forwardOriginalToken }],
});

export const text = (issuer: string, { source, callee, path }: Edge): Text => ({
  message: `the proxy of "${source.name}" removes the tokens of ${issuer} from requests, and ${path} requires one of "${source.name}" when it calls "${callee}"`,
  fix: "remove forwardOriginalToken: false, or remove endUser from that call",
});

export const tokenForwarded: MeshRule = {
  code: "MW514",
  severity: "warning",
  title: "A token that a further call requires is forwarded",
  why: [
    "With forwardOriginalToken: false, a proxy removes the validated token before the application receives the request.",
    "The application cannot pass on the end user's token, so its own calls that require one are denied with 403.",
  ],
  see: pages.requestAuthentication,
  suppress: "the application obtains a token of its own for these calls.",
  stage: "mesh",
  examples: { wrong: chain(false), right: chain(true) },
  *check({ jwtRules, services }) {
    const further = services.filter(receivesTokens).flatMap(({ outgoing }) => outgoing);
    const call = further.find(({ endUser, mirrored }) => endUser && !mirrored);
    if (!call) return;
    for (const [i, { issuer, forwardOriginalToken }] of jwtRules.entries()) {
      if (forwardOriginalToken) continue;
      yield { path: `jwtRules[${i}].forwardOriginalToken`, ...text(issuer, call) };
    }
  },
};

/** Whether callers send end users' tokens to a service. Its proxy validates them. */
function receivesTokens({ incoming }: Service): boolean {
  return incoming.some(({ endUser }) => endUser);
}
