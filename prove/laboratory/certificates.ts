import selfsigned from "selfsigned";

/** A certificate, its key and the CA's certificate, in PEM. */
export interface SignedPair {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** The laboratory's certificate authority: it signs the certificates of outside hosts, gateways, their clients and pods. */
export interface CertificateAuthority {
  readonly cert: string;
  /** Returns a certificate for these host names, which may begin with `*.`. */
  readonly sign: (hosts: readonly string[]) => Promise<SignedPair>;
}

const common = { keyType: "ec", algorithm: "sha256" } as const;

export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  const ca = await selfsigned.generate([{ name: "commonName", value: "Meshwright laboratory" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    cert: ca.cert,
    sign: async (hosts) => {
      const made = await selfsigned.generate([{ name: "commonName", value: "laboratory" }], {
        ...common,
        ca: { key: ca.private, cert: ca.cert },
        extensions: [
          { name: "basicConstraints", cA: false },
          { name: "keyUsage", digitalSignature: true },
          { name: "extKeyUsage", serverAuth: true, clientAuth: true },
          { name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2 as const, value })) },
        ],
      });
      return { key: made.private, cert: made.cert, ca: ca.cert };
    },
  };
}
