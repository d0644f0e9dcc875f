import { definePlatform, deploy } from "meshwright";
import { z } from "zod";
import { catalog } from "./catalog";

// Pulumi runs what a CommonJS module is, so the program is exported by `export =`.
export = deploy(
  definePlatform({
    name: "my-mesh",
    // What a stack may set in Pulumi.<stack>.yaml, under meshwright:options.
    options: z.strictObject({ host: z.hostname() }).partial(),
    catalog: (environment, { host }) => catalog(environment, host),
  }),
);
