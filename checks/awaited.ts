import { type Edge, isHttp } from "../catalog";

/**
 * Whether the caller waits for a response before it responds itself. False for mirrored requests, for calls that the
 * catalog marks as asynchronous, and for TCP, where it is unknown.
 */
export function isAwaited({ port, mirrored, asynchronous }: Edge): boolean {
  return isHttp(port.protocol) && !mirrored && !asynchronous;
}
