/**
 * Facts that Istio, Kubernetes and the publishers of add-ons decide: the addresses of charts and images, versions, and the
 * end of their support. This file is the only owner of these facts. Defaults, preflight checks, policies and
 * docs/versions.md are derived from it, and a test refuses such a fact in any other file.
 *
 * To update a fact: read its source again, change the value and the day in `read`, then run `npm run docs`.
 */

/** The page where a fact was read, and the day. */
export interface Source {
  /** Address of the page or file. */
  readonly url: string;
  /** Day on which it was read, as `YYYY-MM-DD`. */
  readonly read: string;
  /** How the fact is derived, if the source does not state it in this form. */
  readonly note?: string;
}

/** One minor version of Istio. */
export interface IstioMinor {
  /** Day of the release of its first patch, as `YYYY-MM-DD`. */
  readonly released: string;
  /** Last day of support, as `YYYY-MM-DD`. If Istio publishes only a month, the last day of the month. */
  readonly endOfSupport: string;
  /** Whether Istio has confirmed the day. Until then it publishes an expected month. */
  readonly confirmed: boolean;
  /** The newest patch. */
  readonly newest: `${number}.${number}.${number}`;
  /** Minor versions of Kubernetes on which Istio supports this version. */
  readonly kubernetes: readonly string[];
  readonly sources: readonly Source[];
}

/** A published vulnerability of Istio or of the Envoy in its proxies. */
export interface Bulletin {
  /** Istio's name for the bulletin or advisory. */
  readonly name: string;
  /** The first patch with the fix, keyed by minor version. */
  readonly fixed: Readonly<Record<string, string>>;
  /**
   * The first patch that can have the fix, keyed by minor version, if no page states it: older patches were released
   * before the bulletin.
   */
  readonly presumed?: Readonly<Record<string, string>>;
  readonly sources: readonly Source[];
}

/** A chart of an add-on. */
export interface AddOnChart {
  /** Helm repository that serves the chart. */
  readonly repository: string;
  /** Exact version of the chart that the components install. */
  readonly version: string;
  readonly sources: readonly Source[];
}

const supportStatus = {
  url: "https://github.com/istio/istio.io/blob/master/data/compatibility/supportStatus.yml",
  read: "2026-11-26",
} satisfies Source;

const publishing = {
  url: "https://istio.io/latest/news/releases/1.31.x/announcing-1.31/upgrade-notes/",
  read: "2026-11-26",
} satisfies Source;

/** Istio's release job tags these Go modules after it has published the version's images and charts. */
const released = {
  url: "https://pkg.go.dev/istio.io/client-go?tab=versions",
  read: "2026-11-25",
  note: "the release job tags istio.io/api and istio.io/client-go with the version after it has published images and charts",
} satisfies Source;

export const facts = {
  istio: {
    /** Default version of Istio. */
    version: "1.31.4",
    charts: {
      /** Helm repository of Istio's charts. */
      repository: "https://blob.istio.io/istio-release/charts",
      /** The same charts as OCI artifacts. */
      oci: "oci://ghcr.io/istio/release/charts",
      sources: [publishing],
    },
    images: {
      /** Registry and path of Istio's images, the value `global.hub` of the charts. */
      hub: "docker.io/istio",
      sources: [publishing],
    },
    neverInjected: {
      namespaces: ["kube-node-lease", "kube-public", "kube-system", "local-path-storage"],
      sources: [
        {
          url: "https://github.com/istio/istio/blob/release-1.31/pkg/kube/inject/initializer.go",
          read: "2026-11-27",
        },
      ],
    },
    /** Places where Istio published its charts and images before, and that it closes. */
    retired: {
      charts: ["https://istio-release.storage.googleapis.com/charts", "oci://gcr.io/istio-release/charts"],
      images: ["registry.istio.io/release", "gcr.io/istio-release"],
      /** The last minor version of which they have charts and images. */
      lastMinor: "1.30",
      /** The month in which Istio removes everything there. */
      closes: "December 2026",
      sources: [
        publishing,
        { url: "https://istio.io/latest/blog/2026/retirement-of-gcp/", read: "2026-11-26" },
      ],
    },
    /** Minor versions, the newest first. Older ones are not supported; newer ones are unknown here. */
    minors: {
      "1.31": {
        released: "2026-08-31",
        endOfSupport: "2027-02-28",
        confirmed: false,
        newest: "1.31.4",
        kubernetes: ["1.32", "1.33", "1.34", "1.35", "1.36", "1.37"],
        sources: [supportStatus, released],
      },
      "1.30": {
        released: "2026-05-18",
        endOfSupport: "2026-12-31",
        confirmed: false,
        newest: "1.30.8",
        kubernetes: ["1.32", "1.33", "1.34", "1.35", "1.36"],
        sources: [supportStatus, released],
      },
      "1.29": {
        released: "2026-02-16",
        endOfSupport: "2026-10-12",
        confirmed: true,
        newest: "1.29.9",
        kubernetes: ["1.31", "1.32", "1.33", "1.34", "1.35"],
        sources: [
          supportStatus,
          { url: "https://istio.io/latest/news/support/announcing-1.29-eol/", read: "2026-11-26" },
          { url: "https://istio.io/latest/news/releases/1.29.x/announcing-1.29.9/", read: "2026-11-26" },
        ],
      },
      "1.28": {
        released: "2025-11-05",
        endOfSupport: "2026-07-01",
        confirmed: true,
        newest: "1.28.10",
        kubernetes: ["1.30", "1.31", "1.32", "1.33", "1.34"],
        sources: [supportStatus],
      },
    },
    /** Security bulletins of the minor versions above, the newest first. */
    bulletins: [
      {
        name: "ISTIO-SECURITY-2026-007",
        fixed: { "1.29": "1.29.9" },
        presumed: { "1.31": "1.31.2", "1.30": "1.30.6" },
        sources: [
          {
            url: "https://istio.io/latest/news/releases/1.29.x/announcing-1.29.9/",
            read: "2026-11-26",
            note: "1.31.1 and 1.30.5 were released on 2026-09-21, before the bulletin",
          },
        ],
      },
      {
        name: "GHSA-qm8v-g4f9-qhjx",
        fixed: { "1.31": "1.31.1", "1.30": "1.30.4" },
        sources: [
          { url: "https://istio.io/latest/news/releases/1.31.x/announcing-1.31.1/", read: "2026-11-26" },
          { url: "https://istio.io/latest/news/releases/1.30.x/announcing-1.30.4/", read: "2026-11-26" },
        ],
      },
      {
        name: "ISTIO-SECURITY-2026-006",
        fixed: { "1.30": "1.30.4", "1.29": "1.29.7" },
        sources: [
          { url: "https://istio.io/latest/news/security/istio-security-2026-006/", read: "2026-11-26" },
        ],
      },
      {
        name: "ISTIO-SECURITY-2026-005",
        fixed: { "1.30": "1.30.3", "1.29": "1.29.6", "1.28": "1.28.10" },
        sources: [
          {
            url: "https://istio.io/latest/news/security/istio-security-2026-005/",
            read: "2026-11-26",
            note: "the page names affected patches; the patch after the last of them has the fix",
          },
        ],
      },
      {
        name: "ISTIO-SECURITY-2026-004",
        fixed: { "1.30": "1.30.1", "1.29": "1.29.4", "1.28": "1.28.8" },
        sources: [
          { url: "https://istio.io/latest/news/security/istio-security-2026-004/", read: "2026-11-26" },
        ],
      },
      {
        name: "ISTIO-SECURITY-2026-003",
        fixed: { "1.29": "1.29.2", "1.28": "1.28.6" },
        sources: [
          { url: "https://istio.io/latest/news/security/istio-security-2026-003/", read: "2026-11-26" },
        ],
      },
      {
        name: "ISTIO-SECURITY-2026-001",
        fixed: { "1.29": "1.29.1", "1.28": "1.28.5" },
        sources: [
          {
            url: "https://istio.io/latest/news/security/istio-security-2026-001/",
            read: "2026-11-26",
            note: "the page names affected patches; the patch after the last of them has the fix",
          },
        ],
      },
      {
        name: "ISTIO-SECURITY-2025-004",
        fixed: { "1.28": "1.28.2" },
        sources: [
          {
            url: "https://istio.io/latest/news/security/istio-security-2025-004/",
            read: "2026-11-26",
            note: "the page names affected patches; the patch after the last of them has the fix",
          },
        ],
      },
      {
        name: "ISTIO-SECURITY-2025-003",
        fixed: { "1.28": "1.28.1" },
        sources: [
          {
            url: "https://istio.io/latest/news/security/istio-security-2025-003/",
            read: "2026-11-26",
            note: "the page names affected patches; the patch after the last of them has the fix",
          },
        ],
      },
    ],
  },
  /** Charts of the add-ons, keyed by name. */
  addOns: {
    "kube-prometheus-stack": {
      repository: "https://prometheus-community.github.io/helm-charts",
      version: "88.5.3",
      sources: [{ url: "https://prometheus-community.github.io/helm-charts/index.yaml", read: "2026-11-21" }],
    },
    prometheus: {
      repository: "https://prometheus-community.github.io/helm-charts",
      version: "29.27.0",
      sources: [{ url: "https://prometheus-community.github.io/helm-charts/index.yaml", read: "2026-11-21" }],
    },
    grafana: {
      repository: "https://grafana-community.github.io/helm-charts",
      version: "12.11.1",
      sources: [{ url: "https://grafana-community.github.io/helm-charts/index.yaml", read: "2026-11-21" }],
    },
    jaeger: {
      repository: "https://jaegertracing.github.io/helm-charts",
      version: "4.11.1",
      sources: [{ url: "https://jaegertracing.github.io/helm-charts/index.yaml", read: "2026-11-21" }],
    },
    "kiali-server": {
      repository: "https://kiali.org/helm-charts",
      version: "2.29.0",
      sources: [{ url: "https://kiali.org/helm-charts/index.yaml", read: "2026-11-21" }],
    },
    "opentelemetry-collector": {
      repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
      version: "0.170.0",
      sources: [
        { url: "https://open-telemetry.github.io/opentelemetry-helm-charts/index.yaml", read: "2026-11-21" },
      ],
    },
  },
} as const satisfies {
  readonly istio: {
    readonly version: `${number}.${number}.${number}`;
    readonly charts: {
      readonly repository: string;
      readonly oci: string;
      readonly sources: readonly Source[];
    };
    readonly images: { readonly hub: string; readonly sources: readonly Source[] };
    readonly neverInjected: { readonly namespaces: readonly string[]; readonly sources: readonly Source[] };
    readonly retired: {
      readonly charts: readonly string[];
      readonly images: readonly string[];
      readonly lastMinor: string;
      readonly closes: string;
      readonly sources: readonly Source[];
    };
    readonly minors: Readonly<Record<string, IstioMinor>>;
    readonly bulletins: readonly Bulletin[];
  };
  readonly addOns: Readonly<Record<string, AddOnChart>>;
};

/** Namespaces in which istiod injects no proxy, whatever labels they or their pods have. */
export const neverInjected: readonly string[] = facts.istio.neverInjected.namespaces;
