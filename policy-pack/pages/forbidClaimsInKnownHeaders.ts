import type { Page } from "./page";

export const forbidClaimsInKnownHeadersPage: Page = {
  why: "Proxies and services interpret well-known headers. A claim copied to `host` changes routing, and a claim copied to `authorization` is read as credentials. The content of a claim is controlled by the issuer, and partly by the user.",
  wrong: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: default
  namespace: shop
spec:
  jwtRules:
    - issuer: https://auth.example.com
      jwksUri: https://auth.example.com/jwks
      outputPayloadToHeader: authorization`,
  right: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: default
  namespace: shop
spec:
  jwtRules:
    - issuer: https://auth.example.com
      jwksUri: https://auth.example.com/jwks
      outputPayloadToHeader: x-jwt-payload`,
  exempt:
    "Exempt a legacy service that reads the claim from one of these headers, if the gateway removes the header from requests.",
};
