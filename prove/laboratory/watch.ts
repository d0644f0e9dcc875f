import { type KubeConfig, Watch } from "@kubernetes/client-node";

/** Watches objects at a path of the API server until the process ends; a watch that ends begins again. */
export function watchAll(
  kubeconfig: KubeConfig,
  path: string,
  see: (type: string, object: object) => void,
): void {
  const again = (): void => {
    setTimeout(() => {
      watchAll(kubeconfig, path, see);
    }, 200);
  };
  new Watch(kubeconfig)
    .watch(
      path,
      {},
      (type: string, object: object) => {
        see(type, object);
      },
      again,
    )
    .catch(again);
}
