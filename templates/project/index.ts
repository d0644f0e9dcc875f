import { definePlatform, deploy } from "meshwright";
import { z } from "zod";
import { catalog } from "./catalog";

// Pulumi runs the value that a CommonJS module exports, so the program is assigned to `export =`.
export = deploy(
  definePlatform({
    name: "my-mesh",
    // Settings that a stack may have in Pulumi.<stack>.yaml, under meshwright:options.
    options: z.strictObject({ host: z.hostname() }).partial(),
    catalog: (environment, { host }) => catalog(environment, host),
  }),
);
