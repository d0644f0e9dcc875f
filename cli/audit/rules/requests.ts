import { mistakes } from "../../../effect";
import { type AuditRule, findingOf } from "../rule";
import { deployment, documents, meshNamespace, policy, routes, service } from "./examples";

const methods = (method: string): string =>
  documents(
    deployment("web"),
    policy("web", `action: DENY\nrules: [{ to: [{ operation: { methods: [${method}] } }] }]`),
  );

export const methodsSent: AuditRule = {
  code: "MW952",
  severity: "warning",
  title: "a method that no client sends",
  why: [
    "Proxies compare methods exactly, in upper case. A rule for another text matches no request, so a DENY rule denies nothing.",
  ],
  see: {
    title: "Operation",
    url: "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation",
  },
  ignore: "the clients and the service use a method of their own.",
  examples: { wrong: methods("delete"), right: methods("DELETE") },
  find: ({ model }) => mistakes.unsentMethods(model).map(findingOf),
};

const container = deployment("web").replace(
  'image: "example.com/web:1"',
  'image: "example.com/web:1", ports: [{ name: web, containerPort: 8080 }]',
);
const leading = (target: string): string =>
  documents(meshNamespace, container, service("web", `name: http, port: 80, targetPort: ${target}`));

export const targetsServed: AuditRule = {
  code: "MW953",
  severity: "warning",
  title: "a Service's port by a name that no container's port has",
  why: [
    "Kubernetes finds the number of a targetPort's name in the ports of the containers.",
    "If none has the name, the Service has no endpoints for the port, and proxies answer requests with 503.",
  ],
  see: {
    title: "Service",
    url: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
  },
  examples: { wrong: leading("http"), right: leading("web") },
  find: ({ model }) => mistakes.unservedTargets(model).map(findingOf),
};

export const targetsDeclared: AuditRule = {
  code: "MW957",
  severity: "info",
  title: "a Service's port that no container declares",
  why: [
    "A Service sends connections to its targetPort. If no container listens on it, they are refused, and proxies answer with 503.",
    "A container may listen on a port without declaring it. If it declares others, the number is often a mistake.",
  ],
  see: {
    title: "Service",
    url: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
  },
  ignore: "a container listens on the port.",
  examples: { wrong: leading("9090"), right: leading("8080") },
  find: ({ model }) => mistakes.undeclaredTargets(model).map(findingOf),
};

const shares = (second: string): string =>
  documents(
    service("reviews"),
    routes(
      "route: [{ destination: { host: reviews, subset: v1 }, weight: 90 }, " +
        `{ destination: { host: reviews, subset: ${second} }, weight: 10 }]`,
    ),
  );

export const weightsUsed: AuditRule = {
  code: "MW954",
  severity: "warning",
  title: "a weight without effect, or a destination twice",
  why: [
    "An only destination gets all requests of its route, whatever its weight is. Of the others, no request goes elsewhere.",
    "A route that has a destination twice sends it the sum of both weights. Usually, one of the two was meant to be another version.",
  ],
  see: {
    title: "HTTPRouteDestination",
    url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination",
  },
  examples: { wrong: shares("v1"), right: shares("v2") },
  find: ({ model }) => mistakes.uselessWeights(model).map(findingOf),
};

const timed = (timeout: string): string =>
  documents(
    service("reviews"),
    routes(
      `timeout: ${timeout}, retries: { attempts: 2, perTryTimeout: 2s }, route: [{ destination: { host: reviews } }]`,
    ),
  );

export const retriesUsed: AuditRule = {
  code: "MW969",
  severity: "warning",
  title: "retries that no slow attempt gets",
  why: [
    "The timeout of a route ends the request with all its attempts.",
    "If one attempt may take as long, a pod that hangs uses up the whole time, and no other pod is asked.",
  ],
  see: {
    title: "HTTPRetry",
    url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry",
  },
  ignore: "only failures that come at once are to be retried.",
  examples: { wrong: timed("2s"), right: timed("6s") },
  find: ({ model }) => mistakes.uselessRetries(model).map(findingOf),
};
