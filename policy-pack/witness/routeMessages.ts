/** The texts about routes. */
export const messages = {
  host: (title: string, path: string, host: string, similar: string) =>
    `${title}: ${path} is "${host}", which no Service has, so requests are answered with 503. Did you mean "${similar}"?`,
  port: (title: string, path: string, port: number, host: string) =>
    `${title}: ${path} is ${port}, which ${host} does not have, so requests are answered with 503. Use a port of the Service.`,
  subset: (title: string, path: string, subset: string, host: string) =>
    `${title}: ${path} is "${subset}", which no DestinationRule of ${host} has, so requests are answered with 503. Add the ` +
    `subset, or correct its name.`,
  taken: (title: string, path: string, host: string, other: string) =>
    `${title}: GET ${path} with host ${host} also matches a route of ${other}, in another namespace, so one object takes ` +
    `requests from the other. Give each namespace its own host, or paths that do not overlap.`,
  connections: (title: string, host: string, other: string) =>
    `${title}: connections to ${host} also match ${other}, in another namespace, so one object takes connections from the ` +
    `other. Give each namespace its own host.`,
  leaves: (title: string, path: string, host: string, from: string) =>
    `${title}: ${path} is "${host}", an external host, so requests to ${from} leave the mesh. Use a destination in the mesh.`,
  copied: (title: string, path: string, host: string) =>
    `${title}: ${path} is "${host}", an external host, so copies of requests leave the mesh. Use a destination in the mesh.`,
  certificate: (title: string, path: string, namespace: string) =>
    `${title}: ${path} is ${namespace}, and no ReferenceGrant there permits the Gateway, so the listener has no certificate. ` +
    `Add a ReferenceGrant to that namespace.`,
  grant: (title: string, path: string, namespace: string) =>
    `${title}: ${path} is ${namespace}, and no ReferenceGrant there permits the route, so requests are answered with 500. ` +
    `Add a ReferenceGrant to that namespace.`,
};
