import { setTimeout as sleep } from "node:timers/promises";
import {
  type ApiConstructor,
  type ApiType,
  createConfiguration,
  CustomObjectsApi,
  type KubeConfig,
  type RequestContext,
  type ResponseContext,
  ServerConfiguration,
  type V1CustomResourceDefinition,
  wrapHttpLibrary,
} from "@kubernetes/client-node";
import { serverOf } from "./cluster";

/**
 * A client of one API group that repeats a request if the API server answers `Retry-After`, as kubectl does; the library's
 * own clients do not. A busy server answers so, and every server that has not loaded a new CRD yet.
 */
export function apiClient<Api extends ApiType>(config: KubeConfig, Api: ApiConstructor<Api>): Api {
  return new Api(
    createConfiguration({
      baseServer: new ServerConfiguration(serverOf(config), {}),
      authMethods: { default: config },
      httpApi: wrapHttpLibrary({ send: sendWithRetries }),
    }),
  );
}

/** The limit of client-go: https://pkg.go.dev/k8s.io/client-go/rest#Request.MaxRetries */
const maxRetries = 10;

const { httpApi } = createConfiguration();

async function sendWithRetries(request: RequestContext): Promise<ResponseContext> {
  for (let retries = 0; ; retries++) {
    const response = await httpApi.send(request).toPromise();
    const seconds = Number(response.headers["retry-after"]);
    const later = response.httpStatusCode === 429 || response.httpStatusCode >= 500;
    if (!later || Number.isNaN(seconds) || retries === maxRetries) return response;
    await response.body.text(); // or its connection stays in use
    await sleep(seconds * 1000);
  }
}

/** An object of a kind that a CRD defines. */
export interface CustomObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Every object of a CRD, in all namespaces. */
export async function customObjects(
  config: KubeConfig,
  { spec: { group, names, versions } }: V1CustomResourceDefinition,
): Promise<CustomObject[]> {
  const version = versions.find(({ storage }) => storage)?.name ?? "v1";
  const api = apiClient(config, CustomObjectsApi);
  const { items } = (await api.listClusterCustomObject({ group, version, plural: names.plural })) as {
    items: CustomObject[];
  };
  return items;
}
