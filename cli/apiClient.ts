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
 * A client of one API group that asks again when the API server says "later", as kubectl's does and the library's own
 * doesn't: a busy server says so to anybody, and each server to who lists objects of a definition it just learned of.
 */
export function apiClient<Api extends ApiType>(config: KubeConfig, Api: ApiConstructor<Api>): Api {
  return new Api(
    createConfiguration({
      baseServer: new ServerConfiguration(serverOf(config), {}),
      authMethods: { default: config },
      httpApi: wrapHttpLibrary({ send: askAgain }),
    }),
  );
}

/** As often as client-go: https://pkg.go.dev/k8s.io/client-go/rest#Request.MaxRetries */
const maxRetries = 10;

const { httpApi } = createConfiguration();

async function askAgain(request: RequestContext): Promise<ResponseContext> {
  for (let retries = 0; ; retries++) {
    const response = await httpApi.send(request).toPromise();
    const seconds = Number(response.headers["retry-after"]);
    const later = response.httpStatusCode === 429 || response.httpStatusCode >= 500;
    if (!later || Number.isNaN(seconds) || retries === maxRetries) return response;
    await response.body.text(); // or its connection stays in use
    await sleep(seconds * 1000);
  }
}

/** An object of a kind that a definition adds to Kubernetes. */
export interface CustomObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Every object of a definition, in all namespaces. */
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
