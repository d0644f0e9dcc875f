import type { CoreV1Api } from "@kubernetes/client-node";

/** The content of a Secret: undefined if it does not exist, `denied` if the user may not read it. */
export type SecretContent = Readonly<Record<string, string>> | "denied" | undefined;

/** Reads a Secret. @throws what the API server answers, except that a Secret does not exist or may not be read. */
export async function readSecret(
  core: CoreV1Api,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<SecretContent> {
  try {
    return (await core.readNamespacedSecret({ namespace, name })).data ?? {};
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === 404) return undefined;
    if (code === 403) return "denied";
    throw error;
  }
}
