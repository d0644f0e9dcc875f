import { type ExtAuthz, gatewayProxies, httpMethods, type Mesh } from "../catalog";
import { distinct } from "./distinct";
import { metadata, type Manifest } from "./object";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";

type Rule = NonNullable<AuthorizationPolicySpec["rules"]>[number];
type Operation = NonNullable<NonNullable<Rule["to"]>[number]["operation"]>;

/**
 * The policies with the action CUSTOM: one for each service with external authorization, and one for the pods of each
 * gateway whose hosts have it. Their names have a dot, which no service has.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-custom/
 */
export function extAuthzPolicies(mesh: Mesh): Manifest[] {
  return [...ofServices(mesh), ...ofGateways(mesh)];
}

function ofServices(mesh: Mesh): Manifest[] {
  return mesh.services.flatMap(({ name, namespace, selector, extAuthz }) =>
    extAuthz
      ? [policy(mesh, { name, namespace, selector }, [{ extAuthz, hosts: [], preflights: false }])]
      : [],
  );
}

/** The rules name the catalog's hosts, so that the provider decides no requests to hosts of other catalogs. */
function ofGateways(mesh: Mesh): Manifest[] {
  return gatewayProxies(mesh).flatMap(({ name, namespace, selector, gateways }) => {
    const protectedHosts = gateways
      .flatMap(({ hosts }) => hosts)
      .flatMap(({ host, extAuthz, cors }) =>
        extAuthz ? [{ extAuthz, hosts: [host, `${host}:*`], preflights: cors !== undefined }] : [],
      );
    return protectedHosts.length > 0 ? [policy(mesh, { name, namespace, selector }, protectedHosts)] : [];
  });
}

interface Pods {
  readonly name: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
}

interface Protected {
  readonly extAuthz: ExtAuthz;
  /** Hosts of the requests. Empty: every host. */
  readonly hosts: readonly string[];
  /** Whether the proxy itself answers preflight requests. */
  readonly preflights: boolean;
}

function policy(mesh: Mesh, { name, namespace, selector }: Pods, all: readonly Protected[]): Manifest {
  const [provider = ""] = all.map(({ extAuthz }) => extAuthz.provider);
  const spec: AuthorizationPolicySpec = {
    selector: { matchLabels: { ...selector } },
    action: "CUSTOM",
    provider: { name: provider },
    rules: distinct(all.flatMap(rules)),
  };
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: metadata(mesh, {
      name: `${name}.ext-authz`,
      namespace,
      from: all.map(({ extAuthz }) => extAuthz.path),
    }),
    spec,
  };
}

/**
 * A preflight request carries no token and no cookie, so the provider would deny it before the gateway answers it. It has
 * a method in the one header and an origin in the other; any other OPTIONS request goes to the service.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-request
 */
function rules(one: Protected): Rule[] {
  const common = operation(one);
  if (!one.preflights) return [{ to: [{ operation: common }] }];
  const options = [{ operation: { ...common, methods: ["OPTIONS"] } }];
  return [
    { to: [{ operation: { ...common, notMethods: ["OPTIONS"] } }] },
    {
      to: options,
      when: [{ key: "request.headers[access-control-request-method]", notValues: [...httpMethods] }],
    },
    { to: options, when: [{ key: "request.headers[origin]", notValues: ["http*"] }] },
  ];
}

/** Without its HTTP ports, the rule of a service would also match connections, and send them to a gRPC provider. */
function operation({ hosts, extAuthz: { ports, paths, notPaths } }: Protected): Operation {
  return {
    ...(ports.length > 0 && { ports: ports.map(String) }),
    ...(hosts.length > 0 && { hosts: [...hosts] }),
    ...(paths.length > 0 && { paths: [...paths] }),
    ...(notPaths.length > 0 && { notPaths: [...notPaths] }),
  };
}
