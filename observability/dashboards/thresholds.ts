import type { Threshold } from "./definition";

/** A share of the requests, of 1. */
export const errorRate: Threshold = { bad: "above", value: 0.05 };

/** Of 99 of 100 requests, in milliseconds. */
export const latency: Threshold = { bad: "above", value: 1000 };

/** A share of the requests, of 1. */
export const mtlsShare: Threshold = { bad: "below", value: 0.95 };
