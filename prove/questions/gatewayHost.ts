import { type Gateway, type GatewayHost, terminates } from "../../catalog";
import type { Question } from "../question";

/** What all questions of a host have in common. */
export function common(gateway: Gateway, { host, port, tls, path }: GatewayHost) {
  const { release = "", namespace } = gateway.pods;
  return {
    path,
    caller: { kind: "unmeshed" },
    target: { kind: "host", host: nameFor(host), port },
    scheme: terminates(tls) ? "https" : "http",
    through: { host: `${release}.${namespace}.svc.cluster.local`, port },
  } as const;
}

/** A host name that the host of a gateway matches. */
export function nameFor(host: string): string {
  return host.replace(/^\*/, "sample");
}

/** How a client opens a connection with TLS: the lines of a TCP port, or a request. */
export function encrypted({ traffic, tls }: GatewayHost): Pick<Question, "scheme" | "request"> {
  return traffic === "connections" && terminates(tls)
    ? { scheme: "tcp", request: { protocol: "tls" } }
    : { scheme: tls.mode === "DISABLE" ? "http" : "https", request: {} };
}

/**
 * What the gateway refuses for the host as a whole.
 *
 * @param answered a request that one of its routes answers. Where it leads nowhere, so does every other one.
 */
export function edgesOfHost(gateway: Gateway, host: GatewayHost, answered: Question | undefined): Question[] {
  const { tls, traffic } = host;
  const base = { ...common(gateway, host), ...encrypted(host), requestPath: "/" };
  const ofTls = { ...base, path: `${host.path}.tls`, expect: "refused" as const };
  const where = nameFor(host.host);
  const routed = host.routes.some((route) => "prefix" in route.match.uri && route.match.uri.prefix === "/");
  const secure = terminates(tls);
  const questions: (Question | false)[] = [
    !routed &&
      traffic === "requests" && {
        ...base,
        claim: `${where} leads nowhere without a route`,
        ...(answered && { request: answered.request }),
        requestPath: "/prove-no-such-route",
        expect: "unreachable",
      },
    host.host !== "*" && {
      ...base,
      target: { kind: "host", host: "foreign.example.org", port: host.port },
      claim: `the gateway of ${where} serves no other host`,
      expect: "unreachable",
    },
    secure &&
      traffic === "requests" && {
        ...ofTls,
        claim: `${where} refuses TLS 1.1`,
        request: { ...base.request, tlsVersion: "TLSv1.1" },
      },
    secure &&
      traffic === "requests" &&
      tls.minProtocolVersion === "TLSV1_3" && {
        ...ofTls,
        claim: `${where} refuses TLS 1.2`,
        request: { ...base.request, tlsVersion: "TLSv1.2" },
      },
    secure &&
      answered !== undefined &&
      tls.minProtocolVersion === "TLSV1_2" && {
        ...answered,
        path: `${host.path}.tls`,
        claim: `${where} accepts TLS 1.2`,
        request: { ...answered.request, tlsVersion: "TLSv1.2" },
      },
    traffic === "connections" && {
      ...ofTls,
      claim: `${where} refuses connections without TLS`,
      scheme: "tcp",
      request: {},
    },
    tls.mode === "MUTUAL" && {
      ...ofTls,
      claim: `${where} refuses clients without a certificate of its CA`,
      request: { ...base.request, presents: undefined },
    },
    tls.mode.endsWith("MUTUAL") && {
      ...ofTls,
      claim: `${where} refuses clients with a certificate of another CA`,
      request: { ...base.request, presents: "foreign" },
    },
    tls.mode === "OPTIONAL_MUTUAL" &&
      traffic === "connections" && {
        ...base,
        claim: `${where} accepts clients with a certificate of its CA`,
        request: { ...base.request, presents: "trusted" },
        expect: "answered",
      },
    secure &&
      host.port === 443 &&
      traffic === "requests" && {
        ...base,
        path: `${host.path}.tls`,
        claim: `${where} redirects plain HTTP to HTTPS`,
        scheme: "http",
        target: { kind: "host", host: where, port: 80 },
        through: { ...base.through, port: 80 },
        requestPath: "/prove",
        request: {},
        expect: "redirected",
        redirect: { status: "301", location: `https://${where}/prove` },
      },
  ];
  return questions.filter((one) => one !== false);
}
