import { formatPath } from "../../catalog";
import { pages } from "../pages";
import { portOf, references } from "../references";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const grpc = { ports: { grpc: { port: 9000, protocol: "grpc" } } };

export const text = (service: string, methods: readonly string[]): Text => ({
  message: `gRPC calls are POST requests, so no request to "${service}" has the method ${methods.join(" or ")}`,
  fix: 'remove methods, and limit the calls by paths such as "/shop.Cart/Get"; or declare the protocol http2 if the port also serves other requests',
});

export const grpcMethods: DefinitionRule = {
  code: "MW512",
  severity: "error",
  title: "The methods of a gRPC port are POST only",
  why: [
    "gRPC sends every call as a POST request to the path /package.Service/Method.",
    "An AuthorizationPolicy that allows other methods only therefore denies every call.",
  ],
  see: pages.authorizationPolicy,
  stage: "definition",
  examples: {
    wrong: webAndApi({ calls: { api: { methods: ["GET"] } } }, grpc),
    right: webAndApi({ calls: { api: { paths: ["/shop.Cart/Get"] } } }, grpc),
  },
  *check(definition) {
    for (const reference of references(definition)) {
      const { callee, call, path } = reference;
      const others = (call.methods ?? []).filter((method) => method !== "POST");
      if (others.length === 0 || portOf(definition, reference)?.protocol !== "grpc") continue;
      yield { path: formatPath([...path, "methods"]), ...text(callee, others) };
    }
  },
};
