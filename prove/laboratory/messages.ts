/** How an application of the laboratory speaks: HTTP/1.1, HTTP/2 in plaintext, gRPC, or bytes over TCP or TLS. */
export type WireProtocol = "http" | "http2" | "grpc" | "tcp" | "tls";

/** A client's certificate: of the CA that gateways trust, or of another one. */
export type ClientCertificate = "trusted" | "foreign";

/** A request that an application of the laboratory sends. */
export interface LabRequest {
  /** URL with the scheme `http`, `https`, `tcp` or `tls`. Its path is sent as it is written. */
  readonly url: string;
  /** Default: `http`, or the scheme of a `tcp` or `tls` URL. */
  readonly protocol?: WireProtocol;
  /** Default: GET, or POST for gRPC. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address that the connection is opened to. Default: host and port of the URL. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  /** TLS versions that the client offers. Default: those of Node.js. */
  readonly tlsVersion?: "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
  /** The certificate that the client presents: one of the laboratory's CA, or of a foreign one. Default: none. */
  readonly presents?: ClientCertificate;
  /** Certificate and key, in PEM, that the client presents. Default: as `presents` says. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Key under which the receiver records the request. Default: none. */
  readonly key?: string;
  /** How many such requests are sent. Default: 1. */
  readonly count?: number;
  /** How many of them are sent at once. Default: 1. */
  readonly concurrency?: number;
  /** Whether connections are reused. Default: false. */
  readonly keepAlive?: boolean;
  /** Milliseconds after which the client stops waiting. Default: 10,000. */
  readonly timeout?: number;
}

/** The answer to a request. */
export interface LabAnswer {
  /**
   * The HTTP status, such as `200`; `grpc <status>` for gRPC; `echo` for bytes that came back; otherwise the error, such as
   * `ECONNRESET`, `closed` or `timeout`.
   */
  readonly status: string;
  readonly milliseconds: number;
  /** When the request was sent, in milliseconds of the client's clock. */
  readonly sentAt?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The first 4,000 characters. */
  readonly body: string;
  /** Pod and version that answered. Absent if a proxy answered. */
  readonly pod?: string;
  readonly version?: string;
}

/** A request as the application received it. */
export interface SeenRequest {
  readonly pod: string;
  readonly version: string;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Headers by which a request tells the application how to answer it. */
export const labHeaders = {
  /** Records the request under this key. */
  key: "x-lab-key",
  /** Status of the answer. */
  status: "x-lab-status",
  /** Milliseconds before the answer. */
  delay: "x-lab-delay",
  /** Only so many first requests of the key are answered with the status; those after them with 200. */
  failures: "x-lab-failures",
  /** Only these pods, separated by commas, answer with the status. */
  pod: "x-lab-pod",
} as const;

/** A pod of the laboratory. */
export interface LabPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly address: string;
  readonly zone: string;
  readonly region: string;
  /** Whether it has a proxy. */
  readonly proxy: boolean;
  readonly ready: boolean;
}

const shownCharacters = 4000;

/** The part of a body that answers have. */
export function shownBody(body: string): string {
  return body.slice(0, shownCharacters);
}
