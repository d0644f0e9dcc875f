import { defineMesh, type FaultDefinition, type MeshDefinition } from "../../index";

/** The steps of Istio's tutorials with Bookinfo. */
export interface BookinfoOptions {
  /** Percent of the requests to reviews that each version receives; the sum is 100. Default: all to v1. */
  readonly reviews?: { readonly v1: number; readonly v2: number; readonly v3: number };
  /** Whether requests with the header `end-user: jason` go to v2 of reviews. Default: false. */
  readonly jason?: boolean;
  /** A fault that is injected into requests to ratings. Default: none. */
  readonly fault?: FaultDefinition;
}

const ports = { http: { port: 9080, protocol: "http" } } as const;
const onlyV1 = { v1: {} } as const;
const read = { methods: ["GET"] } as const;
const ofJason = [{ headers: { "end-user": "jason" }, version: "v2" }] as const;

/** Istio's sample Bookinfo, as its own manifests deploy it into the namespace `bookinfo`. */
export function bookinfo({ reviews, jason = false, fault }: BookinfoOptions = {}): MeshDefinition {
  return defineMesh({
    name: "bookinfo",
    environment: "dev",
    services: {
      productpage: {
        ports,
        versions: onlyV1,
        serviceAccount: { name: "bookinfo-productpage" },
        calls: { details: read, reviews: read, ratings: read },
      },
      details: { ports, versions: onlyV1, serviceAccount: { name: "bookinfo-details" } },
      reviews: {
        ports,
        versions: { v1: {}, v2: {}, v3: {} },
        traffic: {
          weights: reviews ?? { v1: 100, v2: 0, v3: 0 },
          ...(jason && { headerRoutes: ofJason }),
        },
        serviceAccount: { name: "bookinfo-reviews" },
        calls: { ratings: read },
      },
      ratings: {
        ports,
        versions: onlyV1,
        ...(fault && { traffic: { fault } }),
        serviceAccount: { name: "bookinfo-ratings" },
      },
    },
    gateways: {
      "bookinfo-gateway": {
        hosts: {
          "bookinfo.example.com": {
            tls: { credentialName: "bookinfo-cert" },
            routes: [
              { prefix: "/productpage", service: "productpage", paths: ["/productpage"], ...read },
              { prefix: "/static", service: "productpage", ...read },
              { prefix: "/login", service: "productpage", paths: ["/login"], methods: ["POST"] },
              { prefix: "/logout", service: "productpage", paths: ["/logout"], ...read },
              { prefix: "/api/v1/products", service: "productpage", ...read },
            ],
          },
        },
      },
    },
  });
}

export const catalog = bookinfo();
