import {
  formatPath,
  grpcRetryConditions,
  isHttp,
  type MeshDefinition,
  type Protocol,
  type RetriesDefinition,
  type RetryCondition,
} from "../../catalog";
import { pages } from "../pages";
import { portOf, references } from "../references";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const retrying = (retryOn: readonly RetryCondition[]): object =>
  webAndApi({}, { resilience: { retries: { attempts: 2, retryOn } } });

export const text = (service: string, conditions: readonly RetryCondition[], grpc: boolean): Text => ({
  message: grpc
    ? `a gRPC response has the HTTP status 200, so a call to "${service}" is never retried on ${conditions.join(", ")}`
    : `a response over HTTP/1.1 has no gRPC status, so a request to "${service}" is never retried on ${conditions.join(", ")}`,
  fix: grpc
    ? "remove it, or name the gRPC status, such as unavailable"
    : "remove it, or declare the port's protocol as grpc if the application serves gRPC",
});

export const retryConditionsOccur: DefinitionRule = {
  code: "MW513",
  severity: "warning",
  title: "Retry conditions can occur with the protocol of the port",
  why: [
    "Envoy compares gRPC conditions such as unavailable with the response's gRPC status, which only gRPC has.",
    "Conditions that cannot occur make a service look protected by retries that never happen.",
  ],
  see: pages.router,
  suppress: "the port also serves gRPC, although its declared protocol is http.",
  stage: "definition",
  examples: { wrong: retrying(["unavailable"]), right: retrying(["gateway-error"]) },
  *check(definition) {
    for (const { service, retries, protocols, path } of declared(definition)) {
      for (const grpc of [true, false]) {
        if (!protocols.every((protocol) => protocol === (grpc ? "grpc" : "http"))) continue;
        const never = (retries.retryOn ?? []).filter((condition) =>
          grpc ? condition === "retriable-4xx" : grpcRetryConditions.includes(condition),
        );
        if (never.length === 0) continue;
        yield { path: formatPath([...path, "retryOn"]), ...text(service, never, grpc) };
      }
    }
  },
};

interface Declared {
  readonly service: string;
  readonly retries: RetriesDefinition;
  /** The protocols of the ports whose requests are retried. Not empty. */
  readonly protocols: readonly Protocol[];
  readonly path: readonly (string | number)[];
}

function* declared(definition: MeshDefinition): Iterable<Declared> {
  const { services, externalServices = {} } = definition;
  const callees = [
    ...Object.entries(services).map(([service, own]) => ({ service, own, section: "services" })),
    ...Object.entries(externalServices).map(([service, own]) => ({
      service,
      own,
      section: "externalServices",
    })),
  ];
  for (const { service, own, section } of callees) {
    const protocols = Object.values(own.ports ?? {})
      .map(({ protocol }) => protocol)
      .filter(isHttp);
    const retries = own.resilience?.retries;
    if (!retries || protocols.length === 0) continue;
    yield { service, retries, protocols, path: [section, service, "resilience", "retries"] };
  }
  for (const reference of references(definition)) {
    const { callee, call, path } = reference;
    const protocol = portOf(definition, reference)?.protocol;
    if (!call.retries || !protocol) continue;
    yield { service: callee, retries: call.retries, protocols: [protocol], path: [...path, "retries"] };
  }
}
