import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PlainObject } from "../../effect";
import { programs } from "../../toolchain";

/** Kinds of the collections that istiod lists. */
const kinds: Readonly<Record<string, string>> = {
  configmaps: "ConfigMap",
  customresourcedefinitions: "CustomResourceDefinition",
  endpointslices: "EndpointSlice",
  ingressclasses: "IngressClass",
  ingresses: "Ingress",
  mutatingwebhookconfigurations: "MutatingWebhookConfiguration",
  namespaces: "Namespace",
  nodes: "Node",
  pods: "Pod",
  secrets: "Secret",
  serviceaccounts: "ServiceAccount",
  services: "Service",
  validatingwebhookconfigurations: "ValidatingWebhookConfiguration",
};

/** Kinds of the Gateway API, which istiod lists if the cluster has their CRDs. */
const gatewayApi: Readonly<Record<string, string>> = {
  backendtlspolicies: "BackendTLSPolicy",
  gatewayclasses: "GatewayClass",
  gateways: "Gateway",
  grpcroutes: "GRPCRoute",
  httproutes: "HTTPRoute",
  listenersets: "ListenerSet",
  referencegrants: "ReferenceGrant",
  tcproutes: "TCPRoute",
  tlsroutes: "TLSRoute",
};
const gatewayGroup = "gateway.networking.k8s.io";

/** Whether objects are of the Gateway API, so that istiod has to read them from the cluster. */
export function usesGatewayApi(objects: readonly PlainObject[]): boolean {
  return objects.some(({ apiVersion }) => apiVersion.startsWith(`${gatewayGroup}/`));
}

/** The CRDs of the Gateway API, of which istiod reads the metadata alone. */
const gatewayCrds = Object.keys(gatewayApi).map((plural) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: `${plural}.${gatewayGroup}`,
    annotations: { "gateway.networking.k8s.io/bundle-version": "v1.6.0" },
  },
}));

/** An API server of Kubernetes, which istiod needs even if it reads all configuration from files. */
export interface ReadOnlyCluster {
  readonly url: string;
  readonly close: () => void;
}

/**
 * Starts the server on a free port. It lists the given objects, watches never end, and everything else is forbidden.
 *
 * @param objects of Kubernetes' own kinds. Default: none.
 */
export async function readOnlyCluster(objects: readonly PlainObject[] = []): Promise<ReadOnlyCluster> {
  const byKind = Map.groupBy(
    [...objects, ...(usesGatewayApi(objects) ? gatewayCrds : [])],
    ({ kind }) => kind,
  );
  const server = createServer((request, response) => {
    answer(byKind, request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(
  byKind: ReadonlyMap<string, readonly PlainObject[]>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://cluster");
  const send = (code: number, body: object): void => {
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const failure = (code: number, reason: string): void => {
    send(code, { kind: "Status", apiVersion: "v1", status: "Failure", reason, code });
  };
  if (pathname === "/version") {
    const release = programs["kube-apiserver"].version;
    const [major, minor] = release.split(".");
    send(200, { major, minor, gitVersion: `v${release}` });
    return;
  }
  if (request.method !== "GET") {
    failure(403, "Forbidden");
    return;
  }
  const [, root, group = "", version = ""] = pathname.split("/");
  const apiVersion = root === "api" ? "v1" : `${group}/${version}`;
  const plural = pathname.split("/").at(-1) ?? "";
  const kind = group === gatewayGroup ? gatewayApi[plural] : kinds[plural];
  if (kind === undefined) {
    failure(404, "NotFound");
    return;
  }
  const isMetadata = (request.headers.accept ?? "").includes("PartialObjectMetadata");
  const named = isMetadata ? ["meta.k8s.io/v1", "PartialObjectMetadata"] : [apiVersion, kind];
  const [ofVersion = "", ofKind = ""] = named;
  const items = byKind.get(kind) ?? [];
  if (searchParams.get("watch") === null) {
    send(200, {
      kind: `${ofKind}List`,
      apiVersion: ofVersion,
      metadata: { resourceVersion: "1" },
      items,
    });
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  if (searchParams.get("sendInitialEvents") === null) return;
  for (const object of items) response.write(`${JSON.stringify({ type: "ADDED", object })}\n`);
  const metadata = { resourceVersion: "1", annotations: { "k8s.io/initial-events-end": "true" } };
  const bookmark = { type: "BOOKMARK", object: { kind: ofKind, apiVersion: ofVersion, metadata } };
  response.write(`${JSON.stringify(bookmark)}\n`);
}
