import type { Page } from "./page";

export const requireSecureJwksPage: Page = {
  why: "istiod fetches the keys that validate tokens from `jwksUri`, outside the mTLS of the mesh. With http://, an attacker on the network path can substitute the keys and sign arbitrary tokens.",
  wrong: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: default
  namespace: shop
spec:
  jwtRules:
    - issuer: https://auth.example.com
      jwksUri: http://auth.example.com/jwks`,
  right: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: default
  namespace: shop
spec:
  jwtRules:
    - issuer: https://auth.example.com
      jwksUri: https://auth.example.com/jwks`,
  exempt: "Do not exempt it. For an issuer without TLS, put the keys into `jwks`.",
};
