import { type Field, UNKNOWN } from "../reading/field";
import { isEndpoints, isService, type KubernetesResource } from "../reading/resource";
import { isEmpty } from "../reading/verdict";
import type { JudgeEffect } from "./judged";

/** The texts about endpoints of Services. */
export const messages = {
  added: (title: string, path: string, service: string) =>
    `${title}: ${path} is ${service}, a Service whose endpoints Kubernetes manages by its selector. Requests then also ` +
    `reach addresses that are none of its pods, as plaintext. Remove the object.`,
};

/** The label by which an EndpointSlice belongs to a Service. Endpoints have the Service's name. */
const SERVICE = "kubernetes.io/service-name";

/** Judges addresses that a program adds to a Service that selects pods. */
export const judgeEndpoints: JudgeEffect = function* ({ stack }) {
  const services = stack.filter(({ type, fields }) => {
    const selector = fields.at("spec", "selector").peek;
    return isService(type) && !type.patch && selector !== UNKNOWN && !isEmpty(selector);
  });
  for (const resource of stack.filter(({ type }) => isEndpoints(type))) {
    const field = serviceOf(resource);
    const service = services.find(
      ({ name, namespace }) => name === field.peek && namespace === resource.namespace,
    );
    if (service === undefined) continue;
    yield { subject: resource, message: messages.added(resource.title, field.path, service.name ?? "") };
  }
};

function serviceOf({ type, fields }: KubernetesResource): Field {
  return type.kind === "Endpoints" ? fields.at("metadata", "name") : fields.at("metadata", "labels", SERVICE);
}
