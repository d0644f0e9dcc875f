import { type Mutation, put } from "./mutation";
import { httpServicesOf } from "./places";
import type { MeshDefinition, ServiceDefinition } from "../../../catalog";

const full = (catalog: MeshDefinition, name: string, { namespace }: ServiceDefinition): string =>
  `${namespace ?? catalog.namespace ?? catalog.name}/${name}`;

export const overrides: readonly Mutation[] = [
  {
    code: "MW337",
    mistake: "an override of a subset's labels by those of no pod, or of another version",
    *mutants(catalog) {
      for (const { name, service } of httpServicesOf(catalog)) {
        const versions = Object.keys(service.versions ?? {});
        if (versions.length < 2) continue;
        const at = ["overrides", "DestinationRule", full(catalog, name, service)];
        for (const labels of [
          { version: "v99" },
          service.versions?.[versions[1] ?? ""]?.labels ?? { version: versions[1] },
        ]) {
          const subsets = versions.map((version, i) => ({
            name: version,
            labels: i === 0 ? labels : (service.versions?.[version]?.labels ?? { version }),
          }));
          yield { at: [...at, "spec", "subsets", 0, "labels"], changes: [[at, { spec: { subsets } }]] };
        }
      }
    },
  },
  {
    code: "MW360",
    mistake: "an override with a field that the kind does not have, or a value of another type",
    *mutants(catalog) {
      for (const { name, service } of httpServicesOf(catalog)) {
        const at = ["overrides", "VirtualService", full(catalog, name, service)];
        yield put([...at, "spec", "https"], []);
        yield put([...at, "spec", "exportTo"], "*");
        yield put([...at, "metadata", "finalizers"], []);
        yield put([...at, "status"], {});
        const { versions, workload } = service;
        if (workload !== undefined && versions === undefined && workload.kind === undefined) {
          yield put(["overrides", "Deployment", at[2] ?? "", "spec", "replica"], 3);
        }
        yield put(
          ["overrides", "DestinationRule", at[2] ?? "", "spec", "trafficPolicy", "tls", "mode"],
          "OFF",
        );
      }
    },
  },
  {
    code: "MW361",
    also: ["MW338"],
    mistake: "an override that routes to a subset or port that the service does not have",
    *mutants(catalog) {
      for (const { name, service } of httpServicesOf(catalog)) {
        const at = ["overrides", "VirtualService", full(catalog, name, service)];
        const to = (destination: object): object => ({
          spec: { http: [{ route: [{ destination: { host: name, ...destination } }] }] },
        });
        const place = [...at, "spec", "http", 0, "route", 0, "destination"];
        yield { at: [...place, "subset"], changes: [[at, to({ subset: "v99" })]] };
        yield { at: [...place, "port", "number"], changes: [[at, to({ port: { number: 4 } })]] };
      }
    },
  },
];
