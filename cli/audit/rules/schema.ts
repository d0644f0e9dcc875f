import { specMisfits } from "../../../checks";
import { type AuditRule, findingOf } from "../rule";
import { documents, routes, service } from "./examples";

const all = "route: [{ destination: { host: reviews } }]";

export const specFits: AuditRule = {
  code: "MW948",
  severity: "error",
  title: "a field or value that the kind does not have",
  why: [
    "The API server rejects a value of another type, and a text that is no duration. It drops fields that the CRD does not have.",
    "A dropped setting never applies.",
  ],
  see: {
    title: "Extend the Kubernetes API with CustomResourceDefinitions",
    url: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/",
  },
  ignore: "a newer version of Istio has the field.",
  examples: {
    wrong: documents(service("reviews"), routes(`timeout: ten, ${all}`)),
    right: documents(service("reviews"), routes(`timeout: 10s, ${all}`)),
  },
  *find({ objects }) {
    for (const object of objects) {
      for (const { path, message, fix } of specMisfits(object.group, object.kind, object.source.spec)) {
        yield findingOf({ object, path, problem: message, fix });
      }
    }
  },
};
