import { noTenant, type TenantKey } from "../catalog";

/** An action of Envoy's rate limits, which adds an entry to the descriptor of a request. */
export type Action = Record<string, unknown>;

/** The key of the entry that names the tenant. */
const descriptorKey = "tenant";

/**
 * The actions that name a request's tenant: exactly one of them applies. A request without a tenant gets one too, so that
 * no client is outside of every quota.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-ratelimit-action
 */
export function tenantActions(key: TenantKey): Action[] {
  if ("claim" in key) {
    return [
      {
        metadata: {
          descriptor_key: descriptorKey,
          source: "DYNAMIC",
          // Istio's rules on request.auth.claims read the same place.
          metadata_key: {
            key: "envoy.filters.http.jwt_authn",
            path: ["payload", ...key.claim].map((name) => ({ key: name })),
          },
          default_value: noTenant,
        },
      },
    ];
  }
  return [
    { request_headers: { header_name: key.header, descriptor_key: descriptorKey } },
    {
      header_value_match: {
        descriptor_key: descriptorKey,
        descriptor_value: noTenant,
        expect_match: false,
        headers: [{ name: key.header, present_match: true }],
      },
    },
  ];
}
