import { type Message, textOf } from "../policy";

/**
 * Builds the messages about one resource.
 *
 * @param title the resource's kind, namespace and name
 * @param prefix the start of each path
 */
export const said =
  (title: string, prefix = "") =>
  (path: string, message: Message): string =>
    textOf(title, `${prefix}${path}`, message);
