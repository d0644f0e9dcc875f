import type { Subject } from "./subject";

interface IstiodValues {
  readonly meshConfig?: MeshConfig;
  readonly env?: Readonly<Record<string, unknown>>;
}

/** The fields of the mesh configuration that proofs read. */
interface MeshConfig {
  readonly accessLogFormat?: string;
  readonly extensionProviders?: readonly Provider[];
}

/** An extension provider of the mesh configuration, as far as it receives spans or access logs. */
export interface Provider {
  readonly name?: string;
  readonly opentelemetry?: Receiver;
  readonly envoyFileAccessLog?: { readonly path?: string; readonly logFormat?: LogFormat };
  readonly envoyOtelAls?: Receiver & { readonly logFormat?: LogFormat };
  readonly envoyHttpAls?: Receiver;
}

interface Receiver {
  readonly service?: string;
  readonly port?: number;
}

/** A text, or fields by their names. */
type LogFormat = Readonly<Record<string, unknown>>;

/** What istiod's chart is installed with, as far as it decides what objects mean. */
export function istiodOf({ releases }: Pick<Subject, "releases">): IstiodValues {
  return releases.find(({ chart }) => chart === "istiod")?.values ?? {};
}

export function providersOf(subject: Pick<Subject, "releases">): readonly Provider[] {
  return istiodOf(subject).meshConfig?.extensionProviders ?? [];
}
